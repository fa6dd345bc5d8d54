-- because: a right on a table needs it (RS-512)
GRANT USAGE ON SCHEMA
  "shop"
TO ROLE "analysts";
