-- because: reads
GRANT SELECT ON TABLE
  "shop"."orders",
  "shop"."orders_latest"
TO ROLE "analysts";
