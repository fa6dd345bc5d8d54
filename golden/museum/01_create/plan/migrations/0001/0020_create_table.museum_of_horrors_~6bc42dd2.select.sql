-- Creates museum of "horrors".select.
-- because: topic museum.public.select
CREATE TABLE "museum of ""horrors"""."select" (
  "order" INTEGER NOT NULL, -- int32
  "group" VARCHAR(65535) NOT NULL, -- string
  "user" VARCHAR(65535), -- string
  "note" VARCHAR(20), -- string
  "oid_" BIGINT, -- int64
  "mixedcase" VARCHAR(65535), -- string
  "tag" BOOLEAN, -- boolean
  "x""; drop table y; --" VARCHAR(65535), -- string
  "it's" VARCHAR(65535), -- string
  "100%?" VARCHAR(65535), -- string
  "a.b" VARCHAR(65535), -- string
  " leading space" VARCHAR(65535), -- string
  "back\slash" VARCHAR(65535), -- string
  "/* comment */" VARCHAR(65535), -- string
  "$1" VARCHAR(65535), -- string
  "表" VARCHAR(65535), -- string
  "täble ünicode" VARCHAR(65535), -- string
  "emoji 🛒" VARCHAR(65535), -- string
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01" VARCHAR(65535), -- string
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02" VARCHAR(65535), -- string
  "timestamp" TIMESTAMP, -- int64 io.debezium.time.MicroTimestamp
  "date" DATE, -- int32 io.debezium.time.Date
  "super" SUPER, -- string io.debezium.data.Json
  "numeric" NUMERIC(38,37), -- bytes org.apache.kafka.connect.data.Decimal
  "bytes" VARBYTE(1024000), -- bytes
  "array" SUPER -- array
)
DISTSTYLE AUTO
SORTKEY AUTO;
