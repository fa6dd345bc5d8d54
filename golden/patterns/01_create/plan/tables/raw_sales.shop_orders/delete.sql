-- Deletes the rows of raw_sales.shop_orders whose last change in the batch is a delete.
-- Apart from the MERGE, which has one action a row (RS-103).
DELETE FROM "raw_sales"."shop_orders"
USING "_streamplan_stage"
WHERE "raw_sales"."shop_orders"."id" = "_streamplan_stage"."id"
  AND "_streamplan_stage"."_streamplan_op" = 'd';
