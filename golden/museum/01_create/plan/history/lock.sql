-- Keeps a second apply out until the transaction ends.
LOCK "museum of ""horrors"""."_streamplan_history";
