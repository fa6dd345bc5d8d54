-- Returns a row when the statement of that version has been applied.
SELECT 1
FROM {{ table }}
WHERE "connector" = {{ connector }}
  AND "version" = ?
  AND "statement" = ?;
