GRANT DELETE, INSERT, SELECT ON TABLE
  "museum of ""horrors"""."_streamplan_quarantine", -- records that cannot be taken in, until they are worked off
  "museum of ""horrors"""."only a key" -- lock, delete and merge
TO ROLE "museum_loader";
