-- because: lock, delete and merge
GRANT INSERT ON TABLE
  "shop"."orders"
TO ROLE "shop_loader";
