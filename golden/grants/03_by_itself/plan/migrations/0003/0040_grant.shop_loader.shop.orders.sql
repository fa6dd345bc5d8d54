-- because: lock, delete and merge
GRANT ALTER ON TABLE
  "shop"."orders"
TO ROLE "shop_loader";
