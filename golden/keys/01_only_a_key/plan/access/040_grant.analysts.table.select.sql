-- because: reads
GRANT SELECT ON TABLE
  "shop"."tags"
TO ROLE "analysts";
