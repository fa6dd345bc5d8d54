-- Creates shop.tags.
-- because: topic shop.public.tags
CREATE TABLE "shop"."tags" (
  "tag" VARCHAR(65535) NOT NULL -- string
)
DISTSTYLE AUTO
SORTKEY AUTO;
