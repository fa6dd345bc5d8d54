-- Reads the raw bytes of a partition's records between two offsets, both inclusive: VARBYTE comes as hex.
SELECT "topic_offset", "record_key", "record_value", "record_headers"
FROM "shop"."_streamplan_quarantine"
WHERE "connector" = 'shop'
  AND "topic" = ?
  AND "topic_partition" = ?
  AND "topic_offset" >= ?
  AND "topic_offset" <= ?;
