-- Where each partition stands: a run goes on after these offsets.
SELECT "topic", "topic_partition", "to_offset", "plan_id", "committed_at"
FROM "shop"."_streamplan_ledger"
WHERE "connector" = 'shop'
  AND ("topic", "topic_partition", "to_offset") IN (
    SELECT "topic", "topic_partition", MAX("to_offset")
    FROM "shop"."_streamplan_ledger"
    WHERE "connector" = 'shop'
    GROUP BY "topic", "topic_partition"
  )
ORDER BY "topic", "topic_partition";
