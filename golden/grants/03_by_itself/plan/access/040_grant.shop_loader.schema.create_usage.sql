-- because: creates the tables of new topics: schema_evolution is auto
GRANT CREATE, USAGE ON SCHEMA
  "shop"
TO ROLE "shop_loader";
