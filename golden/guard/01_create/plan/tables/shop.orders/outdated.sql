-- Takes out of the stage what is older than the row of shop.orders that it would change.
-- The position guard: an older change never overwrites a newer one, nor raises a deleted row.
DELETE FROM "_streamplan_stage"
USING "shop"."orders"
WHERE "shop"."orders"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_source_position" < "shop"."orders"."_source_position"
  AND "_streamplan_stage"."_streamplan_op" NOT LIKE 'm%';
