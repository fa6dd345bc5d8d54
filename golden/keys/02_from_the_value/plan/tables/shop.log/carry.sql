-- Copies stored rows of shop.log to the keys that the source moved them to, where there is no row yet.
-- For a batch that holds the delete under the old key (o) without the create under the new one (n): what the create
-- leaves out is then still there.
INSERT INTO "shop"."log" (
  "at",
  "note"
)
SELECT
  TIMESTAMP 'epoch' + ("moved_to"."at" / 1000000) * INTERVAL '1 second' + ("moved_to"."at" % 1000000) * INTERVAL '1 microsecond',
  "shop"."log"."note"
FROM "_streamplan_stage" AS "moved_from"
INNER JOIN "_streamplan_stage" AS "moved_to"
  ON "moved_to"."_streamplan_op" = 'n' || SUBSTRING("moved_from"."_streamplan_op", 2)
INNER JOIN "shop"."log"
  ON "shop"."log"."at" = TIMESTAMP 'epoch' + ("moved_from"."at" / 1000000) * INTERVAL '1 second' + ("moved_from"."at" % 1000000) * INTERVAL '1 microsecond'
WHERE "moved_from"."_streamplan_op" LIKE 'o%'
  AND NOT EXISTS (
    SELECT 1
    FROM "shop"."log" AS "there"
    WHERE "there"."at" = TIMESTAMP 'epoch' + ("moved_to"."at" / 1000000) * INTERVAL '1 second' + ("moved_to"."at" % 1000000) * INTERVAL '1 microsecond'
  );
