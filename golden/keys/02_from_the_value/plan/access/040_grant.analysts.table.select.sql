-- because: reads
GRANT SELECT ON TABLE
  "shop"."log",
  "shop"."tags"
TO ROLE "analysts";
