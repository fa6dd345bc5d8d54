-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT, -- int64
  "note" VARCHAR(65535), -- string
  "_deleted" BOOLEAN, -- whether the row is deleted at the source
  "_topic" VARCHAR(249) NOT NULL, -- the change's topic
  "_topic_offset" BIGINT NOT NULL, -- the change's offset
  "_topic_partition" INTEGER NOT NULL -- the change's partition
)
DISTSTYLE AUTO
SORTKEY AUTO;
