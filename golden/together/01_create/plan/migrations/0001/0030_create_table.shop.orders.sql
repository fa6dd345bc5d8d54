-- Creates shop.orders.
-- because: topic shop.public.orders_eu, shop.public.orders_us
CREATE TABLE "shop"."orders" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535), -- string
  "at" TIMESTAMP -- int64 io.debezium.time.MicroTimestamp
)
DISTSTYLE AUTO
SORTKEY AUTO;
