-- Keeps a second apply out until the transaction ends.
LOCK "shop"."_streamplan_history";
