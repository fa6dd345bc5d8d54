-- Takes a partition's records between two offsets, both inclusive, out of quarantine:
-- in the transaction that brings them to their table, or since somebody drops them.
DELETE FROM "shop"."_streamplan_quarantine"
WHERE "connector" = 'shop'
  AND "topic" = ?
  AND "topic_partition" = ?
  AND "topic_offset" >= ?
  AND "topic_offset" <= ?;
