-- Takes the deletes out of the stage, so that the merge or the append does not take them for rows.
DELETE FROM "_streamplan_stage"
WHERE "_streamplan_op" = 'd';
