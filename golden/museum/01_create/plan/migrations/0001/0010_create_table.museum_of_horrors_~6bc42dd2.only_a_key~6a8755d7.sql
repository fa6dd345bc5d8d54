-- Creates museum of "horrors".only a key.
-- because: topic museum.public.only_a_key
CREATE TABLE "museum of ""horrors"""."only a key" (
  "tag" VARCHAR(65535) NOT NULL -- string
)
DISTSTYLE AUTO
SORTKEY AUTO;
