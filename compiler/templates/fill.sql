-- Completes staged rows of {{ label }} of which the source did not send every value, from the rows that are stored.
-- The operation is k, or m under an old key, then the row's number in eight digits, then u for each unchanged value of
-- {{ kept }}.
UPDATE {{ stage }}
SET
  {{ fills | listed }},
  {{ operation }} = CASE WHEN {{ stage }}.{{ operation }} LIKE 'k%' THEN 'u' ELSE 'w' || SUBSTRING({{ stage }}.{{ operation }}, 2, 8) END
FROM {{ target }}
WHERE {{ match }}
  AND ({{ found }});
