-- because: lock, delete and merge
GRANT ALTER, INSERT, SELECT, UPDATE ON TABLE
  "shop"."orders"
TO ROLE "shop_loader";
