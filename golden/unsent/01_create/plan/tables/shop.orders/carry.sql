-- Copies stored rows of shop.orders to the keys that the source moved them to, where there is no row yet.
-- For a batch that holds the delete under the old key (o) without the create under the new one (n): what the create
-- leaves out is then still there.
INSERT INTO "shop"."orders" (
  "id",
  "note"
)
SELECT
  "moved_to"."id",
  "shop"."orders"."note"
FROM "_streamplan_stage" AS "moved_from"
INNER JOIN "_streamplan_stage" AS "moved_to"
  ON "moved_to"."_streamplan_op" = 'n' || SUBSTRING("moved_from"."_streamplan_op", 2)
INNER JOIN "shop"."orders"
  ON "shop"."orders"."id" = "moved_from"."id"
WHERE "moved_from"."_streamplan_op" LIKE 'o%'
  AND NOT EXISTS (
    SELECT 1
    FROM "shop"."orders" AS "there"
    WHERE "there"."id" = "moved_to"."id"
  );
