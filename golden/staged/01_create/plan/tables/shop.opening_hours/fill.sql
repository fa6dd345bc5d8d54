-- Completes staged rows of shop.opening_hours of which the source did not send every value, from the rows that are stored.
-- The operation is k, or m under an old key, then the row's number in eight digits, then u for each unchanged value of
-- note, fee, plan, stamp.
UPDATE "_streamplan_stage"
SET
  "note" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 10, 1) = 'u' THEN "shop"."opening_hours"."note" ELSE "_streamplan_stage"."note" END,
  "fee" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 11, 1) = 'u' THEN "shop"."opening_hours"."fee" ELSE "_streamplan_stage"."fee" END,
  "plan" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 12, 1) = 'u' THEN "shop"."opening_hours"."plan" ELSE "_streamplan_stage"."plan" END,
  "stamp" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 13, 1) = 'u' THEN "shop"."opening_hours"."stamp" ELSE "_streamplan_stage"."stamp" END,
  "_streamplan_op" = CASE WHEN "_streamplan_stage"."_streamplan_op" LIKE 'k%' THEN 'u' ELSE 'w' || SUBSTRING("_streamplan_stage"."_streamplan_op", 2, 8) END
FROM "shop"."opening_hours"
WHERE "shop"."opening_hours"."id" = "_streamplan_stage"."id"
  AND ("_streamplan_stage"."_streamplan_op" LIKE 'k%' OR "_streamplan_stage"."_streamplan_op" LIKE 'm%');
