-- How many records are in quarantine, and why.
SELECT "topic", "code", COUNT(*)
FROM "museum of ""horrors"""."_streamplan_quarantine"
WHERE "connector" = 'museum'
GROUP BY "topic", "code"
ORDER BY "topic", "code";
