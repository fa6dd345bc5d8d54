-- because: the staging table is temporary
GRANT TEMP ON DATABASE
  "dev"
TO ROLE "shop_loader";
