-- Lists a topic's records in quarantine after a place, without their bytes.
SELECT
  "topic_partition",
  "topic_offset",
  "code",
  "reason",
  "key_bytes",
  "value_bytes",
  "headers_bytes",
  "plan_id",
  "quarantined_at"
FROM "shop"."_streamplan_quarantine"
WHERE "connector" = 'shop'
  AND "topic" = ?
  AND ("topic_partition" > ? OR ("topic_partition" = ? AND "topic_offset" > ?))
ORDER BY "topic_partition", "topic_offset"
LIMIT 1000;
