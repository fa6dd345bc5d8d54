-- Appends every change of the batch to shop.orders.
INSERT INTO "shop"."orders" (
  "id",
  "note",
  "_deleted",
  "_topic_offset",
  "_topic_partition"
)
SELECT
  "_streamplan_stage"."id",
  "_streamplan_stage"."note",
  "_streamplan_stage"."_deleted",
  "_streamplan_stage"."_topic_offset",
  "_streamplan_stage"."_topic_partition"
FROM "_streamplan_stage";
