-- Adds at to shop.orders.
-- because: int64 io.debezium.time.MicroTimestamp
ALTER TABLE "shop"."orders" ADD COLUMN "at" TIMESTAMP;
