-- Returns a row when the statement of that version has been applied.
SELECT 1
FROM "shop"."_streamplan_history"
WHERE "connector" = 'shop'
  AND "version" = ?
  AND "statement" = ?;
