-- Keeps a record that cannot be taken in, with its place, the reason and its raw bytes,
-- in the batch's own transaction.
INSERT INTO "shop"."_streamplan_quarantine" (
  "connector",
  "topic",
  "topic_partition",
  "topic_offset",
  "code",
  "reason",
  "record_key",
  "record_value",
  "record_headers",
  "key_bytes",
  "value_bytes",
  "headers_bytes",
  "plan_id",
  "quarantined_at"
)
VALUES (
  'shop',
  ?,
  ?,
  ?,
  ?,
  ?,
  TO_VARBYTE(?, 'hex'),
  TO_VARBYTE(?, 'hex'),
  TO_VARBYTE(?, 'hex'),
  ?,
  ?,
  ?,
  ?,
  GETDATE()
);
