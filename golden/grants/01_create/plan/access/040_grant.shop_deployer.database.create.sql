-- because: creates the schemas
GRANT CREATE ON DATABASE
  "dev"
TO ROLE "shop_deployer";
