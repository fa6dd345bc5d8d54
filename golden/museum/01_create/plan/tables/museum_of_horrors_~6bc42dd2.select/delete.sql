-- Deletes the rows of museum of "horrors".select whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "museum of ""horrors"""."select"
USING "_streamplan_stage"
WHERE "museum of ""horrors"""."select"."order" = "_streamplan_stage"."order"
  AND "museum of ""horrors"""."select"."group" = "_streamplan_stage"."group"
  AND "_streamplan_stage"."_streamplan_op" = 'd';
