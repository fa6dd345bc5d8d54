-- Copies stored rows of museum of "horrors".select to the keys that the source moved them to, where there is no row yet.
-- For a batch that holds the delete under the old key (o) without the create under the new one (n): what the create
-- leaves out is then still there.
INSERT INTO "museum of ""horrors"""."select" (
  "order",
  "group",
  "user",
  "note",
  "oid_",
  "mixedcase",
  "tag",
  "x""; drop table y; --",
  "it's",
  "100%?",
  "a.b",
  " leading space",
  "back\slash",
  "/* comment */",
  "$1",
  "表",
  "täble ünicode",
  "emoji 🛒",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02",
  "timestamp",
  "date",
  "super",
  "numeric",
  "bytes",
  "array"
)
SELECT
  "moved_to"."order",
  "moved_to"."group",
  "museum of ""horrors"""."select"."user",
  "museum of ""horrors"""."select"."note",
  "museum of ""horrors"""."select"."oid_",
  "museum of ""horrors"""."select"."mixedcase",
  "museum of ""horrors"""."select"."tag",
  "museum of ""horrors"""."select"."x""; drop table y; --",
  "museum of ""horrors"""."select"."it's",
  "museum of ""horrors"""."select"."100%?",
  "museum of ""horrors"""."select"."a.b",
  "museum of ""horrors"""."select"." leading space",
  "museum of ""horrors"""."select"."back\slash",
  "museum of ""horrors"""."select"."/* comment */",
  "museum of ""horrors"""."select"."$1",
  "museum of ""horrors"""."select"."表",
  "museum of ""horrors"""."select"."täble ünicode",
  "museum of ""horrors"""."select"."emoji 🛒",
  "museum of ""horrors"""."select"."aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01",
  "museum of ""horrors"""."select"."aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02",
  "museum of ""horrors"""."select"."timestamp",
  "museum of ""horrors"""."select"."date",
  "museum of ""horrors"""."select"."super",
  "museum of ""horrors"""."select"."numeric",
  "museum of ""horrors"""."select"."bytes",
  "museum of ""horrors"""."select"."array"
FROM "_streamplan_stage" AS "moved_from"
INNER JOIN "_streamplan_stage" AS "moved_to"
  ON "moved_to"."_streamplan_op" = 'n' || SUBSTRING("moved_from"."_streamplan_op", 2)
INNER JOIN "museum of ""horrors"""."select"
  ON "museum of ""horrors"""."select"."order" = "moved_from"."order"
  AND "museum of ""horrors"""."select"."group" = "moved_from"."group"
WHERE "moved_from"."_streamplan_op" LIKE 'o%'
  AND NOT EXISTS (
    SELECT 1
    FROM "museum of ""horrors"""."select" AS "there"
    WHERE "there"."order" = "moved_to"."order"
  AND "there"."group" = "moved_to"."group"
  );
