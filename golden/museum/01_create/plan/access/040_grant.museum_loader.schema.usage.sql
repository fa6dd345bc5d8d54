-- because: a right on a table needs it (RS-512)
GRANT USAGE ON SCHEMA
  "museum of ""horrors"""
TO ROLE "museum_loader";
