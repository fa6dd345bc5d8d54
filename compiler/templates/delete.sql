-- Deletes the rows of {{ label }} whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM {{ target }}
USING {{ stage }}
WHERE {{ match }}
  AND {{ stage }}.{{ operation }} = 'd';
