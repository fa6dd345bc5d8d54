-- One batch of shop.orders: one row a change, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "id" BIGINT,
  "note" VARCHAR(40),
  "_deleted" BOOLEAN,
  "_topic_offset" BIGINT,
  "_topic_partition" INTEGER,
  "_streamplan_op" CHAR(1) NOT NULL -- u upsert, d delete
)
DISTSTYLE AUTO
SORTKEY AUTO;
