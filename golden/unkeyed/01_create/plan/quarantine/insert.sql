-- Keeps a record that cannot be taken in, with its place, the reason and its raw bytes,
-- in the batch's own transaction.
INSERT INTO "shop"."_streamplan_quarantine" (
  "topic",
  "topic_partition",
  "topic_offset",
  "code",
  "reason",
  "record_key",
  "record_value",
  "plan_id",
  "quarantined_at"
)
VALUES (?, ?, ?, ?, ?, TO_VARBYTE(?, 'hex'), TO_VARBYTE(?, 'hex'), ?, GETDATE());
