-- Copies stored rows of {{ label }} to the keys that the source moved them to, where there is no row yet.
-- For a batch that holds the delete under the old key (o) without the create under the new one (n): what the create
-- leaves out is then still there.
INSERT INTO {{ target }} (
  {{ names | listed }}
)
SELECT
  {{ carried | listed }}
FROM {{ stage }} AS "moved_from"
INNER JOIN {{ stage }} AS "moved_to"
  ON "moved_to".{{ operation }} = 'n' || SUBSTRING("moved_from".{{ operation }}, 2)
INNER JOIN {{ target }}
  ON {{ match_from }}
WHERE "moved_from".{{ operation }} LIKE 'o%'
  AND NOT EXISTS (
    SELECT 1
    FROM {{ target }} AS "there"
    WHERE {{ match_there }}
  );
