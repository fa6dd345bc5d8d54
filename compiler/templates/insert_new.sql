-- Inserts the rows of {{ label }} that are not there.
-- The key is the whole row, and a MERGE needs something to update (RS-112).
INSERT INTO {{ target }} (
  {{ names | listed }}
)
SELECT
  {{ values | listed }}
FROM {{ stage }}
WHERE NOT EXISTS (
  SELECT 1
  FROM {{ target }}
  WHERE {{ match }}
);
