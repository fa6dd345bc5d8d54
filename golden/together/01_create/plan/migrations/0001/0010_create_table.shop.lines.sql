-- Creates shop.lines.
-- because: topic shop.public.col_lide
CREATE TABLE "shop"."lines" (
  "id" BIGINT NOT NULL, -- int64
  "note" VARCHAR(65535) -- string
)
DISTSTYLE AUTO
SORTKEY AUTO;
