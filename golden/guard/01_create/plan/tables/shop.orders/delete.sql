-- Marks the rows of shop.orders whose last change in the batch is a delete. Their values stay:
-- a delete says nothing that can be trusted but the key. A tombstone behind it changes nothing more.
UPDATE "shop"."orders"
SET
  "_deleted" = "_streamplan_stage"."_deleted",
  "_source_position" = "_streamplan_stage"."_source_position"
FROM "_streamplan_stage"
WHERE "shop"."orders"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_streamplan_op" = 'd'
  AND ("shop"."orders"."_deleted" IS NOT TRUE OR "shop"."orders"."_source_position" < "_streamplan_stage"."_source_position");
