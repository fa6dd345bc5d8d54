-- Gives completed rows of shop.opening_hours the key that the source moved them to: that of the staged row n of their number.
INSERT INTO "_streamplan_stage" (
  "id",
  "note",
  "fee",
  "opens",
  "since",
  "rate",
  "plan",
  "stamp",
  "_streamplan_op"
)
SELECT
  "moved_to"."id",
  "moved"."note",
  "moved"."fee",
  "moved"."opens",
  "moved"."since",
  "moved"."rate",
  "moved"."plan",
  "moved"."stamp",
  'u'
FROM "_streamplan_stage" AS "moved"
INNER JOIN "_streamplan_stage" AS "moved_to"
  ON "moved_to"."_streamplan_op" = 'n' || SUBSTRING("moved"."_streamplan_op", 2)
WHERE "moved"."_streamplan_op" LIKE 'w%';
