-- because: creates the tables
GRANT CREATE, USAGE ON SCHEMA
  "shop"
TO ROLE "shop_deployer";
