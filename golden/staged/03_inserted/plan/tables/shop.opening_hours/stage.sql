-- One batch of shop.opening_hours: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "id" BIGINT NOT NULL,
  "note" VARCHAR(65535),
  "fee" NUMERIC(9,2),
  "opens" TIME,
  "since" BIGINT, -- microseconds since 1970-01-01
  "rate" DOUBLE PRECISION,
  "plan" SUPER,
  "stamp" VARBYTE(1024000),
  "_streamplan_op" VARCHAR(13) NOT NULL -- u upsert, d delete; k m to complete, w completed, o n moved from, to
)
DISTSTYLE AUTO
SORTKEY AUTO;
