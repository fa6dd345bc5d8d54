-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "museum of ""horrors"""."select" TO ROLE "museum_loader";
