-- because: creates the tables of new topics: schema_evolution is auto
GRANT CREATE ON SCHEMA
  "shop"
TO ROLE "shop_loader";
