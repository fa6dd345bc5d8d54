-- because: records that cannot be taken in, until they are worked off
GRANT DELETE, INSERT, SELECT ON TABLE
  "shop"."_streamplan_quarantine"
TO ROLE "shop_loader";
