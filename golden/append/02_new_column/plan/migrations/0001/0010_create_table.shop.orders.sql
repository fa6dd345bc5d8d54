-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT, -- int64
  "note" VARCHAR(65535), -- string
  "_deleted" BOOLEAN, -- whether the row is deleted at the source
  "_event_ts" TIMESTAMP, -- when the connector saw the change, in UTC
  "_loaded_at" TIMESTAMPTZ, -- when the change was loaded
  "_op" VARCHAR(1), -- c create, u update, d delete, r read by a snapshot
  "_source_ts" TIMESTAMP, -- when the source made the change, in UTC
  "_topic_offset" BIGINT, -- the change's offset
  "_topic_partition" INTEGER -- the change's partition
)
DISTSTYLE AUTO
SORTKEY AUTO;
