GRANT DELETE, INSERT, SELECT ON TABLE
  "shop"."_streamplan_quarantine", -- records that cannot be taken in, until they are worked off
  "shop"."tags" -- lock, delete and merge
TO ROLE "shop_loader";
