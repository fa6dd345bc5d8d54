-- One batch of shop.orders: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "id" BIGINT,
  "note" VARCHAR(65535),
  "_deleted" BOOLEAN,
  "_topic" VARCHAR(249) NOT NULL,
  "_topic_offset" BIGINT NOT NULL,
  "_topic_partition" INTEGER NOT NULL,
  "_streamplan_op" CHAR(1) NOT NULL -- u upsert, d delete
)
DISTSTYLE AUTO
SORTKEY AUTO;
