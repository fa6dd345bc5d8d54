-- because: reads
GRANT SELECT ON TABLE
  "raw_public"."shop_orders",
  "raw_sales"."shop_orders"
TO ROLE "analysts";
