GRANT INSERT, SELECT ON TABLE
  "museum of ""horrors"""."_streamplan_ledger", -- one row a batch, in the batch's own transaction
  "museum of ""horrors"""."_streamplan_quarantine" -- records that cannot be taken in
TO ROLE "museum_loader";
