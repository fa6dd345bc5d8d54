-- Creates shop.odds.
-- because: topic shop.public.col_lide
CREATE TABLE "shop"."odds" (
  "id" BIGINT NOT NULL, -- int64
  "at" TIMESTAMP -- int64 io.debezium.time.MicroTimestamp
)
DISTSTYLE AUTO
SORTKEY AUTO;
