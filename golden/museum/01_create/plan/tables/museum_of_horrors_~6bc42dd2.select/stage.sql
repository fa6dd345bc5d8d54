-- One batch of museum of "horrors".select: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "order" INTEGER NOT NULL,
  "group" VARCHAR(65535) NOT NULL,
  "user" VARCHAR(65535),
  "note" VARCHAR(20),
  "oid_" BIGINT,
  "mixedcase" VARCHAR(65535),
  "tag" BOOLEAN,
  "x""; drop table y; --" VARCHAR(65535),
  "it's" VARCHAR(65535),
  "100%?" VARCHAR(65535),
  "a.b" VARCHAR(65535),
  " leading space" VARCHAR(65535),
  "back\slash" VARCHAR(65535),
  "/* comment */" VARCHAR(65535),
  "$1" VARCHAR(65535),
  "表" VARCHAR(65535),
  "täble ünicode" VARCHAR(65535),
  "emoji 🛒" VARCHAR(65535),
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01" VARCHAR(65535),
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02" VARCHAR(65535),
  "timestamp" BIGINT, -- microseconds since 1970-01-01
  "date" INTEGER, -- days since 1970-01-01
  "super" SUPER,
  "numeric" NUMERIC(38,37),
  "bytes" VARBYTE(1024000),
  "array" SUPER,
  "_streamplan_op" VARCHAR(29) NOT NULL -- u upsert, d delete; k m to complete, w completed, o n moved from, to
)
DISTSTYLE AUTO
SORTKEY AUTO;
