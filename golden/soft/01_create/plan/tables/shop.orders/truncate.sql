-- Marks every row of shop.orders as deleted when the source truncated it.
UPDATE "shop"."orders"
SET "is_deleted" = TRUE
WHERE "is_deleted" IS NOT TRUE;
