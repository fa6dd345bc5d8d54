-- Takes the deletes out of the stage, so that the MERGE does not insert them.
DELETE FROM "_streamplan_stage"
WHERE "_streamplan_op" = 'd';
