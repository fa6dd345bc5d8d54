-- How many records are in quarantine, and why.
SELECT "topic", "code", COUNT(*)
FROM "shop"."_streamplan_quarantine"
WHERE "connector" = 'shop'
GROUP BY "topic", "code"
ORDER BY "topic", "code";
