-- Deletes the rows of shop.tags whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "shop"."tags"
USING "_streamplan_stage"
WHERE "shop"."tags"."tag" = "_streamplan_stage"."tag"
  AND "_streamplan_stage"."_streamplan_op" = 'd';
