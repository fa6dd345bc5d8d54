-- Records what a batch took in, in the batch's own transaction:
-- the data and this row are there together or not at all.
INSERT INTO "shop"."_streamplan_ledger" ("connector", "topic", "topic_partition", "from_offset", "to_offset", "plan_id", "committed_at")
VALUES ('shop', ?, ?, ?, ?, ?, GETDATE());
