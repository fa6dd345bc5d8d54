-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT, -- int64
  "note" VARCHAR(20), -- string
  "_deleted" BOOLEAN, -- whether the row is deleted at the source
  "_topic_offset" BIGINT, -- the change's offset
  "_topic_partition" INTEGER -- the change's partition
)
DISTSTYLE AUTO
SORTKEY AUTO;
