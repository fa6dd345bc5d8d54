-- Updates the rows of raw_public.shop_orders that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "raw_public"."shop_orders"
USING "_streamplan_stage"
ON "raw_public"."shop_orders"."id" = "_streamplan_stage"."id"
WHEN MATCHED THEN UPDATE SET
  "note" = "_streamplan_stage"."note"
WHEN NOT MATCHED THEN INSERT (
  "id",
  "note"
) VALUES (
  "_streamplan_stage"."id",
  "_streamplan_stage"."note"
);
