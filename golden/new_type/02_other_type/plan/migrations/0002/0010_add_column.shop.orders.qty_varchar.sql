-- Adds qty_varchar to shop.orders.
-- because: string
ALTER TABLE "shop"."orders" ADD COLUMN "qty_varchar" VARCHAR(65535);
