-- because: what a version of its own was made from
GRANT INSERT, SELECT ON TABLE
  "shop"."_streamplan_evolution"
TO ROLE "shop_loader";
