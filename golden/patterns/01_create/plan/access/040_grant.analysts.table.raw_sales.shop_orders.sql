-- because: reads
GRANT SELECT ON TABLE "raw_sales"."shop_orders" TO ROLE "analysts";
