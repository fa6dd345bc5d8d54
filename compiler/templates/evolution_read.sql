-- The observed schemas that runs of this connector made versions from, in pieces.
SELECT "version", "plan_id", "path", "part", "text"
FROM {{ table }}
WHERE "connector" = {{ connector }}
ORDER BY "version", "plan_id", "path", "part";
