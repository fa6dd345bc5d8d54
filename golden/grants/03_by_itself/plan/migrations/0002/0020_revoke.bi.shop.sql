-- No longer needed, or no longer wanted: H606.
REVOKE USAGE ON SCHEMA "shop" FROM GROUP "bi";
