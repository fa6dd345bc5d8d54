-- Updates the rows of shop.orders that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "shop"."orders"
USING "_streamplan_stage"
ON "shop"."orders"."id" = "_streamplan_stage"."id"
WHEN MATCHED THEN UPDATE SET
  "note" = "_streamplan_stage"."note",
  "is_deleted" = "_streamplan_stage"."is_deleted",
  "change" = "_streamplan_stage"."change",
  "kafka_offset" = "_streamplan_stage"."kafka_offset"
WHEN NOT MATCHED THEN INSERT (
  "id",
  "note",
  "is_deleted",
  "change",
  "kafka_offset"
) VALUES (
  "_streamplan_stage"."id",
  "_streamplan_stage"."note",
  "_streamplan_stage"."is_deleted",
  "_streamplan_stage"."change",
  "_streamplan_stage"."kafka_offset"
);
