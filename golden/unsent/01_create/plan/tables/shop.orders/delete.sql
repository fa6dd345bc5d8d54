-- Deletes the rows of shop.orders whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "shop"."orders"
USING "_streamplan_stage"
WHERE "shop"."orders"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_streamplan_op" = 'd';
