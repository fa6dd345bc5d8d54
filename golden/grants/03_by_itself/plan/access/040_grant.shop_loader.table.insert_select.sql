GRANT INSERT, SELECT ON TABLE
  "shop"."_streamplan_evolution", -- what a version of its own was made from
  "shop"."_streamplan_ledger" -- one row a batch, in the batch's own transaction
TO ROLE "shop_loader";
