-- One batch of shop.log: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "at" BIGINT NOT NULL, -- microseconds since 1970-01-01
  "note" VARCHAR(65535),
  "_streamplan_op" CHAR(1) NOT NULL -- u upsert, d delete
)
DISTSTYLE AUTO
SORTKEY AUTO;
