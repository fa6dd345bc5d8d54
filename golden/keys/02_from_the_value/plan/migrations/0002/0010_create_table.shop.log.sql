-- Creates shop.log.
-- because: topic shop.public.log
CREATE TABLE "shop"."log" (
  "at" TIMESTAMP NOT NULL, -- int64 io.debezium.time.MicroTimestamp
  "note" VARCHAR(65535) -- string
)
DISTSTYLE AUTO
SORTKEY AUTO;
