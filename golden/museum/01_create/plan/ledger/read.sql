-- Where each partition stands: a run goes on after these offsets.
SELECT "topic", "topic_partition", "to_offset", "plan_id", "committed_at"
FROM "museum of ""horrors"""."_streamplan_ledger"
WHERE "connector" = 'museum'
  AND ("topic", "topic_partition", "to_offset") IN (
    SELECT "topic", "topic_partition", MAX("to_offset")
    FROM "museum of ""horrors"""."_streamplan_ledger"
    WHERE "connector" = 'museum'
    GROUP BY "topic", "topic_partition"
  )
ORDER BY "topic", "topic_partition";
