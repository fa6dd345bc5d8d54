-- because: reads
GRANT SELECT ON TABLE
  "shop"."orders"
TO GROUP "bi";
