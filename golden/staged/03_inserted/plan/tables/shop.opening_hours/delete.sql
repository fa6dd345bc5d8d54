-- Deletes the rows of shop.opening_hours whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "shop"."opening_hours"
USING "_streamplan_stage"
WHERE "shop"."opening_hours"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_streamplan_op" = 'd';
