-- because: a right on a table needs it (RS-512)
GRANT USAGE ON SCHEMA
  "raw_public",
  "raw_sales"
TO ROLE "analysts";
