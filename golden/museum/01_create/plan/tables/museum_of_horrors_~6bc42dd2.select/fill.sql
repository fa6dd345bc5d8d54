-- Completes staged rows of museum of "horrors".select of which the source did not send every value, from the rows that are stored.
-- The operation is k, or m under an old key, then the row's number in eight digits, then u for each unchanged value of
-- user, note, mixedcase, x"; drop table y; --, it's, 100%?, a.b,  leading space, back\slash, /* comment */, $1, 表, täble ünicode, emoji 🛒, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02, super, numeric, bytes, array.
UPDATE "_streamplan_stage"
SET
  "user" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 10, 1) = 'u' THEN "museum of ""horrors"""."select"."user" ELSE "_streamplan_stage"."user" END,
  "note" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 11, 1) = 'u' THEN "museum of ""horrors"""."select"."note" ELSE "_streamplan_stage"."note" END,
  "mixedcase" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 12, 1) = 'u' THEN "museum of ""horrors"""."select"."mixedcase" ELSE "_streamplan_stage"."mixedcase" END,
  "x""; drop table y; --" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 13, 1) = 'u' THEN "museum of ""horrors"""."select"."x""; drop table y; --" ELSE "_streamplan_stage"."x""; drop table y; --" END,
  "it's" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 14, 1) = 'u' THEN "museum of ""horrors"""."select"."it's" ELSE "_streamplan_stage"."it's" END,
  "100%?" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 15, 1) = 'u' THEN "museum of ""horrors"""."select"."100%?" ELSE "_streamplan_stage"."100%?" END,
  "a.b" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 16, 1) = 'u' THEN "museum of ""horrors"""."select"."a.b" ELSE "_streamplan_stage"."a.b" END,
  " leading space" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 17, 1) = 'u' THEN "museum of ""horrors"""."select"." leading space" ELSE "_streamplan_stage"." leading space" END,
  "back\slash" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 18, 1) = 'u' THEN "museum of ""horrors"""."select"."back\slash" ELSE "_streamplan_stage"."back\slash" END,
  "/* comment */" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 19, 1) = 'u' THEN "museum of ""horrors"""."select"."/* comment */" ELSE "_streamplan_stage"."/* comment */" END,
  "$1" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 20, 1) = 'u' THEN "museum of ""horrors"""."select"."$1" ELSE "_streamplan_stage"."$1" END,
  "表" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 21, 1) = 'u' THEN "museum of ""horrors"""."select"."表" ELSE "_streamplan_stage"."表" END,
  "täble ünicode" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 22, 1) = 'u' THEN "museum of ""horrors"""."select"."täble ünicode" ELSE "_streamplan_stage"."täble ünicode" END,
  "emoji 🛒" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 23, 1) = 'u' THEN "museum of ""horrors"""."select"."emoji 🛒" ELSE "_streamplan_stage"."emoji 🛒" END,
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 24, 1) = 'u' THEN "museum of ""horrors"""."select"."aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01" ELSE "_streamplan_stage"."aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01" END,
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 25, 1) = 'u' THEN "museum of ""horrors"""."select"."aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02" ELSE "_streamplan_stage"."aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02" END,
  "super" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 26, 1) = 'u' THEN "museum of ""horrors"""."select"."super" ELSE "_streamplan_stage"."super" END,
  "numeric" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 27, 1) = 'u' THEN "museum of ""horrors"""."select"."numeric" ELSE "_streamplan_stage"."numeric" END,
  "bytes" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 28, 1) = 'u' THEN "museum of ""horrors"""."select"."bytes" ELSE "_streamplan_stage"."bytes" END,
  "array" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 29, 1) = 'u' THEN "museum of ""horrors"""."select"."array" ELSE "_streamplan_stage"."array" END,
  "_streamplan_op" = CASE WHEN "_streamplan_stage"."_streamplan_op" LIKE 'k%' THEN 'u' ELSE 'w' || SUBSTRING("_streamplan_stage"."_streamplan_op", 2, 8) END
FROM "museum of ""horrors"""."select"
WHERE "museum of ""horrors"""."select"."order" = "_streamplan_stage"."order"
  AND "museum of ""horrors"""."select"."group" = "_streamplan_stage"."group"
  AND ("_streamplan_stage"."_streamplan_op" LIKE 'k%' OR "_streamplan_stage"."_streamplan_op" LIKE 'm%');
