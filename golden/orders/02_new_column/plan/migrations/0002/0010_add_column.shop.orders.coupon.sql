-- Adds coupon to shop.orders.
-- because: string
ALTER TABLE "shop"."orders" ADD COLUMN "coupon" VARCHAR(65535);
