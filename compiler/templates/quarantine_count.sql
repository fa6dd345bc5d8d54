-- How many records are in quarantine, and why.
SELECT "topic", "code", COUNT(*)
FROM {{ table }}
WHERE "connector" = {{ connector }}
GROUP BY "topic", "code"
ORDER BY "topic", "code";
