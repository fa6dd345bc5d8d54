-- Where one partition stands, read under the lock of its table:
-- a second writer finds that it has moved, and drops its batch.
SELECT MAX("to_offset")
FROM "museum of ""horrors"""."_streamplan_ledger"
WHERE "connector" = 'museum'
  AND "topic" = ?
  AND "topic_partition" = ?;
