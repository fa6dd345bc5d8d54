-- Marks every row of shop.orders as deleted when the source truncated it.
UPDATE "shop"."orders"
SET "_deleted" = TRUE
WHERE "_deleted" IS NOT TRUE;
