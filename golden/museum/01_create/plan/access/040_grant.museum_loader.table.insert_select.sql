-- because: one row a batch, in the batch's own transaction
GRANT INSERT, SELECT ON TABLE
  "museum of ""horrors"""."_streamplan_ledger"
TO ROLE "museum_loader";
