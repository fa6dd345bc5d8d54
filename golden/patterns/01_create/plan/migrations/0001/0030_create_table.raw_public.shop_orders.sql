-- Creates raw_public.shop_orders.
-- because: topic shop.public.orders
CREATE TABLE "raw_public"."shop_orders" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535) -- string
)
DISTSTYLE AUTO
SORTKEY AUTO;
