-- Keeps other writers of the quarantine out until the transaction ends.
LOCK "shop"."_streamplan_quarantine";
