-- Deletes the rows of museum of "horrors".üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "museum of ""horrors"""."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx"
USING "_streamplan_stage"
WHERE "museum of ""horrors"""."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_streamplan_op" = 'd';
