-- Updates the rows of shop.orders that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "shop"."orders"
USING "_streamplan_stage"
ON "shop"."orders"."id" = "_streamplan_stage"."id"
WHEN MATCHED THEN UPDATE SET
  "note" = "_streamplan_stage"."note",
  "_deleted" = "_streamplan_stage"."_deleted",
  "_source_position" = "_streamplan_stage"."_source_position"
WHEN NOT MATCHED THEN INSERT (
  "id",
  "note",
  "_deleted",
  "_source_position"
) VALUES (
  "_streamplan_stage"."id",
  "_streamplan_stage"."note",
  "_streamplan_stage"."_deleted",
  "_streamplan_stage"."_source_position"
);
