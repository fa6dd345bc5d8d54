-- One batch of shop.odds: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "id" BIGINT NOT NULL,
  "at" BIGINT, -- microseconds since 1970-01-01
  "_streamplan_op" CHAR(1) NOT NULL -- u upsert, d delete
)
DISTSTYLE AUTO
SORTKEY AUTO;
