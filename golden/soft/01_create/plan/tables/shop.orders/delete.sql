-- Marks the rows of shop.orders whose last change in the batch is a delete. Their values stay:
-- a delete says nothing that can be trusted but the key. A tombstone behind it changes nothing more.
UPDATE "shop"."orders"
SET
  "is_deleted" = "_streamplan_stage"."is_deleted",
  "change" = "_streamplan_stage"."change",
  "kafka_offset" = "_streamplan_stage"."kafka_offset"
FROM "_streamplan_stage"
WHERE "shop"."orders"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_streamplan_op" = 'd'
  AND "shop"."orders"."is_deleted" IS NOT TRUE;
