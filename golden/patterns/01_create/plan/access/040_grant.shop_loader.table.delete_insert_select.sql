GRANT DELETE, INSERT, SELECT ON TABLE
  "raw_sales"."shop_orders", -- lock, delete and merge
  "shop"."_streamplan_quarantine" -- records that cannot be taken in, until they are worked off
TO ROLE "shop_loader";
