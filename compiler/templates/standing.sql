-- Gives changes that tell no position (an incremental snapshot's) that of the row of {{ label }} they replace.
UPDATE {{ stage }}
SET {{ position }} = {{ target }}.{{ position }}
FROM {{ target }}
WHERE {{ match }}
  AND {{ stage }}.{{ position }} IS NULL;
