-- because: records that cannot be taken in
GRANT INSERT, SELECT ON TABLE "museum of ""horrors"""."_streamplan_quarantine" TO ROLE "museum_loader";
