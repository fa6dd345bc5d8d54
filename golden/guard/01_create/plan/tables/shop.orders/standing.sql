-- Gives changes that tell no position (an incremental snapshot's) that of the row of shop.orders they replace.
UPDATE "_streamplan_stage"
SET "_source_position" = "shop"."orders"."_source_position"
FROM "shop"."orders"
WHERE "shop"."orders"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_source_position" IS NULL;
