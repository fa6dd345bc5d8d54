-- The observed schemas that runs of this connector made versions from, in pieces.
SELECT "version", "plan_id", "path", "part", "text"
FROM "shop"."_streamplan_evolution"
WHERE "connector" = 'shop'
ORDER BY "version", "plan_id", "path", "part";
