-- No longer needed, or no longer wanted: H606.
REVOKE CREATE ON DATABASE "dev" FROM ROLE "shop_deployer";
