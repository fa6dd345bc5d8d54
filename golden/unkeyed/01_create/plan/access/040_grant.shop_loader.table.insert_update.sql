-- because: lock, delete and merge
GRANT INSERT, UPDATE ON TABLE
  "shop"."orders"
TO ROLE "shop_loader";
