-- Deletes the rows of shop.log whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "shop"."log"
USING "_streamplan_stage"
WHERE "shop"."log"."at" = TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond'
  AND "_streamplan_stage"."_streamplan_op" = 'd';
