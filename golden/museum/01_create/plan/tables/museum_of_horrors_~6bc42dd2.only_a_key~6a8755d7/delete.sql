-- Deletes the rows of museum of "horrors".only a key whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "museum of ""horrors"""."only a key"
USING "_streamplan_stage"
WHERE "museum of ""horrors"""."only a key"."tag" = "_streamplan_stage"."tag"
  AND "_streamplan_stage"."_streamplan_op" = 'd';
