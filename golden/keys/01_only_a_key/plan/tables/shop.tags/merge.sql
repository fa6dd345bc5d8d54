-- Inserts the rows of shop.tags that are not there.
-- The key is the whole row, and a MERGE needs something to update (RS-112).
INSERT INTO "shop"."tags" (
  "tag"
)
SELECT
  "_streamplan_stage"."tag"
FROM "_streamplan_stage"
WHERE NOT EXISTS (
  SELECT 1
  FROM "shop"."tags"
  WHERE "shop"."tags"."tag" = "_streamplan_stage"."tag"
);
