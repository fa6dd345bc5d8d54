-- because: refuses a plan that is not applied
GRANT SELECT ON TABLE
  "shop"."_streamplan_history"
TO ROLE "shop_loader";
