-- Keeps other writers of the quarantine out until the transaction ends.
LOCK "museum of ""horrors"""."_streamplan_quarantine";
