-- Inserts the rows of raw_sales.shop_orders that are not there.
-- The key is the whole row, and a MERGE needs something to update (RS-112).
INSERT INTO "raw_sales"."shop_orders" (
  "id"
)
SELECT
  "_streamplan_stage"."id"
FROM "_streamplan_stage"
WHERE NOT EXISTS (
  SELECT 1
  FROM "raw_sales"."shop_orders"
  WHERE "raw_sales"."shop_orders"."id" = "_streamplan_stage"."id"
);
