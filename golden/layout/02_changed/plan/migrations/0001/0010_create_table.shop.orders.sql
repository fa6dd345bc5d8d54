-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(200) ENCODE LZO, -- string
  "email" VARCHAR(64), -- string, hashed
  "ordered_at" TIMESTAMP ENCODE AZ64 -- int64 io.debezium.time.MicroTimestamp
)
DISTSTYLE KEY
DISTKEY ("id")
COMPOUND SORTKEY ("ordered_at", "id");
