-- No longer needed, or no longer wanted: H606.
REVOKE CREATE, USAGE ON SCHEMA "shop" FROM ROLE "shop_deployer";
