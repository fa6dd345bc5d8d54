-- Copies stored rows of shop.opening_hours to the keys that the source moved them to, where there is no row yet.
-- For a batch that holds the delete under the old key (o) without the create under the new one (n): what the create
-- leaves out is then still there.
INSERT INTO "shop"."opening_hours" (
  "id",
  "note",
  "fee",
  "opens",
  "since",
  "rate",
  "plan",
  "stamp"
)
SELECT
  "moved_to"."id",
  "shop"."opening_hours"."note",
  "shop"."opening_hours"."fee",
  "shop"."opening_hours"."opens",
  "shop"."opening_hours"."since",
  "shop"."opening_hours"."rate",
  "shop"."opening_hours"."plan",
  "shop"."opening_hours"."stamp"
FROM "_streamplan_stage" AS "moved_from"
INNER JOIN "_streamplan_stage" AS "moved_to"
  ON "moved_to"."_streamplan_op" = 'n' || SUBSTRING("moved_from"."_streamplan_op", 2)
INNER JOIN "shop"."opening_hours"
  ON "shop"."opening_hours"."id" = "moved_from"."id"
WHERE "moved_from"."_streamplan_op" LIKE 'o%'
  AND NOT EXISTS (
    SELECT 1
    FROM "shop"."opening_hours" AS "there"
    WHERE "there"."id" = "moved_to"."id"
  );
