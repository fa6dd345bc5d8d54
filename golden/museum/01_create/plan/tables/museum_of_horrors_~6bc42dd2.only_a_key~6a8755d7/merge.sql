-- Inserts the rows of museum of "horrors".only a key that are not there.
-- The key is the whole row, and a MERGE needs something to update (RS-112).
INSERT INTO "museum of ""horrors"""."only a key" (
  "tag"
)
SELECT
  "_streamplan_stage"."tag"
FROM "_streamplan_stage"
WHERE NOT EXISTS (
  SELECT 1
  FROM "museum of ""horrors"""."only a key"
  WHERE "museum of ""horrors"""."only a key"."tag" = "_streamplan_stage"."tag"
);
