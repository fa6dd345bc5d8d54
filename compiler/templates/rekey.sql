-- Gives completed rows of {{ label }} the key that the source moved them to: that of the staged row n of their number.
INSERT INTO {{ stage }} (
  {{ staged_names | listed }},
  {{ operation }}
)
SELECT
  {{ rekeyed | listed }},
  'u'
FROM {{ stage }} AS "moved"
INNER JOIN {{ stage }} AS "moved_to"
  ON "moved_to".{{ operation }} = 'n' || SUBSTRING("moved".{{ operation }}, 2)
WHERE "moved".{{ operation }} LIKE 'w%';
