-- because: records that cannot be taken in
GRANT INSERT, SELECT ON TABLE "shop"."_streamplan_quarantine" TO ROLE "shop_loader";
