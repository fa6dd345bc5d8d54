-- One batch of shop.lines: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "id" BIGINT NOT NULL,
  "note" VARCHAR(65535),
  "_streamplan_op" VARCHAR(10) NOT NULL -- u upsert, d delete; k m to complete, w completed, o n moved from, to
)
DISTSTYLE AUTO
SORTKEY AUTO;
