-- Marks every row of {{ label }} as deleted when the source truncated it.
UPDATE {{ target }}
SET {{ deleted }} = TRUE
WHERE {{ deleted }} IS NOT TRUE;
