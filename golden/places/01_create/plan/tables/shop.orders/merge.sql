-- Updates the rows of shop.orders that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "shop"."orders"
USING "_streamplan_stage"
ON "shop"."orders"."_topic" = "_streamplan_stage"."_topic"
  AND "shop"."orders"."_topic_partition" = "_streamplan_stage"."_topic_partition"
  AND "shop"."orders"."_topic_offset" = "_streamplan_stage"."_topic_offset"
WHEN MATCHED THEN UPDATE SET
  "id" = "_streamplan_stage"."id",
  "note" = "_streamplan_stage"."note",
  "_deleted" = "_streamplan_stage"."_deleted"
WHEN NOT MATCHED THEN INSERT (
  "id",
  "note",
  "_deleted",
  "_topic",
  "_topic_offset",
  "_topic_partition"
) VALUES (
  "_streamplan_stage"."id",
  "_streamplan_stage"."note",
  "_streamplan_stage"."_deleted",
  "_streamplan_stage"."_topic",
  "_streamplan_stage"."_topic_offset",
  "_streamplan_stage"."_topic_partition"
);
