-- Takes a partition's records between two offsets, both inclusive, out of quarantine:
-- in the transaction that brings them to their table, or since somebody drops them.
DELETE FROM "museum of ""horrors"""."_streamplan_quarantine"
WHERE "connector" = 'museum'
  AND "topic" = ?
  AND "topic_partition" = ?
  AND "topic_offset" >= ?
  AND "topic_offset" <= ?;
