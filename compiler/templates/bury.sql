-- Keeps the key and the position of deleted rows that {{ label }} does not hold,
-- so that an older change that comes later does not raise them.
INSERT INTO {{ target }} (
  {{ buried_names | listed }}
)
SELECT
  {{ buried | listed }}
FROM {{ stage }}
WHERE {{ stage }}.{{ operation }} = 'd'
  AND NOT EXISTS (
    SELECT 1
    FROM {{ target }}
    WHERE {{ match }}
  );
