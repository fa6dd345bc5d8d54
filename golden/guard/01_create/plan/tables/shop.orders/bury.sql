-- Keeps the key and the position of deleted rows that shop.orders does not hold,
-- so that an older change that comes later does not raise them.
INSERT INTO "shop"."orders" (
  "id",
  "_deleted",
  "_source_position"
)
SELECT
  "_streamplan_stage"."id",
  "_streamplan_stage"."_deleted",
  "_streamplan_stage"."_source_position"
FROM "_streamplan_stage"
WHERE "_streamplan_stage"."_streamplan_op" = 'd'
  AND NOT EXISTS (
    SELECT 1
    FROM "shop"."orders"
    WHERE "shop"."orders"."id" = "_streamplan_stage"."id"
  );
