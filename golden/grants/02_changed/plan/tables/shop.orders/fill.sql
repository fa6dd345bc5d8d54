-- Completes staged rows of shop.orders of which the source did not send every value, from the rows that are stored.
-- The operation is k, or m under an old key, then the row's number in eight digits, then u for each unchanged value of
-- note.
UPDATE "_streamplan_stage"
SET
  "note" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 10, 1) = 'u' THEN "shop"."orders"."note" ELSE "_streamplan_stage"."note" END,
  "_streamplan_op" = CASE WHEN "_streamplan_stage"."_streamplan_op" LIKE 'k%' THEN 'u' ELSE 'w' || SUBSTRING("_streamplan_stage"."_streamplan_op", 2, 8) END
FROM "shop"."orders"
WHERE "shop"."orders"."id" = "_streamplan_stage"."id"
  AND ("_streamplan_stage"."_streamplan_op" LIKE 'k%' OR "_streamplan_stage"."_streamplan_op" LIKE 'm%');
