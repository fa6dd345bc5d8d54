-- Copies stored rows of raw_public.shop_orders to the keys that the source moved them to, where there is no row yet.
-- For a batch that holds the delete under the old key (o) without the create under the new one (n): what the create
-- leaves out is then still there.
INSERT INTO "raw_public"."shop_orders" (
  "id",
  "note"
)
SELECT
  "moved_to"."id",
  "raw_public"."shop_orders"."note"
FROM "_streamplan_stage" AS "moved_from"
INNER JOIN "_streamplan_stage" AS "moved_to"
  ON "moved_to"."_streamplan_op" = 'n' || SUBSTRING("moved_from"."_streamplan_op", 2)
INNER JOIN "raw_public"."shop_orders"
  ON "raw_public"."shop_orders"."id" = "moved_from"."id"
WHERE "moved_from"."_streamplan_op" LIKE 'o%'
  AND NOT EXISTS (
    SELECT 1
    FROM "raw_public"."shop_orders" AS "there"
    WHERE "there"."id" = "moved_to"."id"
  );
