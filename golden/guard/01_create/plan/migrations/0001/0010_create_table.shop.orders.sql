-- Creates shop.orders.
-- because: topic shop.public.orders
CREATE TABLE "shop"."orders" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535), -- string
  "_deleted" BOOLEAN, -- whether the row is deleted at the source
  "_source_position" VARCHAR(256) -- the change's place in the source's log, as a text that sorts
)
DISTSTYLE AUTO
SORTKEY AUTO;
