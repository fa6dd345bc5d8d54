-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE
  "shop"."orders"
TO ROLE "shop_loader";
