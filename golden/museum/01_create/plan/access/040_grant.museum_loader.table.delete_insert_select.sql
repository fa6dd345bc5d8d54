-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT ON TABLE
  "museum of ""horrors"""."only a key"
TO ROLE "museum_loader";
