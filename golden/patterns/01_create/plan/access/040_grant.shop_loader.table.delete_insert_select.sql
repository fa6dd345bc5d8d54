-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT ON TABLE
  "raw_sales"."shop_orders"
TO ROLE "shop_loader";
