-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE
  "museum of ""horrors"""."select",
  "museum of ""horrors"""."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx"
TO ROLE "museum_loader";
