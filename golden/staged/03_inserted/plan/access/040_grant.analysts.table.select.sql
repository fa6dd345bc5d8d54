-- because: reads
GRANT SELECT ON TABLE
  "shop"."opening_hours"
TO ROLE "analysts";
