-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535), -- string
  "total" NUMERIC(12,2), -- bytes org.apache.kafka.connect.data.Decimal
  "at" TIMESTAMP -- int64 io.debezium.time.MicroTimestamp
)
DISTSTYLE AUTO
SORTKEY AUTO;
