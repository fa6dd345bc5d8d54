-- Marks the rows of {{ label }} whose last change in the batch is a delete. Their values stay:
-- a delete says nothing that can be trusted but the key. A tombstone behind it changes nothing more.
UPDATE {{ target }}
SET
  {{ marks | listed }}
FROM {{ stage }}
WHERE {{ match }}
  AND {{ stage }}.{{ operation }} = 'd'
  AND {{ still }};
