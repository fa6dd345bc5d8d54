-- Completes staged rows of raw_public.shop_orders of which the source did not send every value, from the rows that are stored.
-- The operation is k, or m under an old key, then the row's number in eight digits, then u for each unchanged value of
-- note.
UPDATE "_streamplan_stage"
SET
  "note" = CASE WHEN SUBSTRING("_streamplan_stage"."_streamplan_op", 10, 1) = 'u' THEN "raw_public"."shop_orders"."note" ELSE "_streamplan_stage"."note" END,
  "_streamplan_op" = CASE WHEN "_streamplan_stage"."_streamplan_op" LIKE 'k%' THEN 'u' ELSE 'w' || SUBSTRING("_streamplan_stage"."_streamplan_op", 2, 8) END
FROM "raw_public"."shop_orders"
WHERE "raw_public"."shop_orders"."id" = "_streamplan_stage"."id"
  AND ("_streamplan_stage"."_streamplan_op" LIKE 'k%' OR "_streamplan_stage"."_streamplan_op" LIKE 'm%');
