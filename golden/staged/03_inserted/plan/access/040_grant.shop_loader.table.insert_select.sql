-- because: one row a batch, in the batch's own transaction
GRANT INSERT, SELECT ON TABLE
  "shop"."_streamplan_ledger"
TO ROLE "shop_loader";
