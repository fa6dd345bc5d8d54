-- One batch of shop.tags: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "tag" VARCHAR(65535) NOT NULL,
  "_streamplan_op" CHAR(1) NOT NULL -- u upsert, d delete
)
DISTSTYLE AUTO
SORTKEY AUTO;
