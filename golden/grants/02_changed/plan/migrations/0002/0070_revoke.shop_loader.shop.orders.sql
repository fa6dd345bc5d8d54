-- No longer needed, or no longer wanted: H606.
REVOKE DELETE ON TABLE "shop"."orders" FROM ROLE "shop_loader";
