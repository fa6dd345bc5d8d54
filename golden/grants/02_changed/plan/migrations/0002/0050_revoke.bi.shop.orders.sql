-- No longer needed, or no longer wanted: H606.
REVOKE SELECT ON TABLE "shop"."orders" FROM GROUP "bi";
