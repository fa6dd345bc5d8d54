-- because: reads
GRANT SELECT ON TABLE
  "shop"."orders"
TO ROLE "analysts";
