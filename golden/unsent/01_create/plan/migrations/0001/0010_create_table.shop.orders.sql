-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535) -- string
)
DISTSTYLE AUTO
SORTKEY AUTO;
