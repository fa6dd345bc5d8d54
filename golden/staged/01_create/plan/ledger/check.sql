-- Where one partition stands, read under the lock of its table:
-- a second writer finds that it has moved, and drops its batch.
SELECT MAX("to_offset")
FROM "shop"."_streamplan_ledger"
WHERE "connector" = 'shop'
  AND "topic" = ?
  AND "topic_partition" = ?;
