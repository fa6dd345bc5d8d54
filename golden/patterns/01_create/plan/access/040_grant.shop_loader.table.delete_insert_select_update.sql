-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE
  "raw_public"."shop_orders"
TO ROLE "shop_loader";
