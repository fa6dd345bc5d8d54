-- Every statement of this connector that has been applied.
-- The row of plan.sum closes a version.
SELECT "version", "plan_id", "statement", "applied_at", "applied_by"
FROM "shop"."_streamplan_history"
WHERE "connector" = 'shop'
ORDER BY "version", "applied_at", "statement";
