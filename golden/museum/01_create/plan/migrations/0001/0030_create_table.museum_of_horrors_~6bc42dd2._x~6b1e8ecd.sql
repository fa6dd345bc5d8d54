-- Creates museum of "horrors".üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx.
-- because: topic museum.public.long
CREATE TABLE "museum of ""horrors"""."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" (
  "id" BIGINT NOT NULL, -- int64
  "at" TIMESTAMP -- int64 io.debezium.time.NanoTimestamp
)
DISTSTYLE AUTO
SORTKEY AUTO;
