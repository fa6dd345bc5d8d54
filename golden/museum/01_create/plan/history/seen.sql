-- Returns a row when the statement of that version has been applied.
SELECT 1
FROM "museum of ""horrors"""."_streamplan_history"
WHERE "connector" = 'museum'
  AND "version" = ?
  AND "statement" = ?;
