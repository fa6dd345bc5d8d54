-- because: refuses a plan that is not applied
GRANT SELECT ON TABLE
  "museum of ""horrors"""."_streamplan_history"
TO ROLE "museum_loader";
