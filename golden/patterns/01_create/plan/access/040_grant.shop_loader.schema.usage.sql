-- because: a right on a table needs it (RS-512)
GRANT USAGE ON SCHEMA
  "raw_public",
  "raw_sales",
  "shop"
TO ROLE "shop_loader";
