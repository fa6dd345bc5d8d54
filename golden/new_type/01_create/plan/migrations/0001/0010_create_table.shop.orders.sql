-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT NOT NULL, -- int64
  "qty" INTEGER -- int32
)
DISTSTYLE AUTO
SORTKEY AUTO;
