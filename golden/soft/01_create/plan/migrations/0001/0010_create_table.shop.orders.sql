-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535), -- string
  "is_deleted" BOOLEAN, -- whether the row is deleted at the source
  "change" VARCHAR(1), -- c create, u update, d delete, r read by a snapshot
  "kafka_offset" BIGINT -- the change's offset
)
DISTSTYLE AUTO
SORTKEY AUTO;
