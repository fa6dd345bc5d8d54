-- Creates shop.opening_hours.
-- because: topic shop.public.opening_hours
CREATE TABLE "shop"."opening_hours" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535), -- string
  "fee" NUMERIC(9,2), -- bytes org.apache.kafka.connect.data.Decimal
  "opens" TIME, -- int64 io.debezium.time.MicroTime
  "since" TIMESTAMP, -- int64 io.debezium.time.MicroTimestamp
  "rate" DOUBLE PRECISION, -- double
  "plan" SUPER, -- string io.debezium.data.Json
  "stamp" VARBYTE(1024000) -- bytes
)
DISTSTYLE AUTO
SORTKEY AUTO;
