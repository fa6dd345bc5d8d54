-- Takes out of the stage all but rows to be written whole, so that the merge or the append takes nothing else for one.
DELETE FROM "_streamplan_stage"
WHERE "_streamplan_op" <> 'u';
