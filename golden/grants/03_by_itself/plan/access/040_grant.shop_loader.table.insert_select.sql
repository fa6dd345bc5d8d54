GRANT INSERT, SELECT ON TABLE
  "shop"."_streamplan_ledger", -- one row a batch, in the batch's own transaction
  "shop"."_streamplan_quarantine" -- records that cannot be taken in
TO ROLE "shop_loader";
