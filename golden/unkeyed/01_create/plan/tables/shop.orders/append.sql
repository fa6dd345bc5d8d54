-- Appends every change of the batch to shop.orders.
INSERT INTO "shop"."orders" (
  "id",
  "note"
)
SELECT
  "_streamplan_stage"."id",
  "_streamplan_stage"."note"
FROM "_streamplan_stage";
