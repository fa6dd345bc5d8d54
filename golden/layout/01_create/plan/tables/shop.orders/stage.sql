-- One batch of shop.orders: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "id" BIGINT NOT NULL,
  "note" VARCHAR(200),
  "email" VARCHAR(64),
  "ordered_at" BIGINT, -- microseconds since 1970-01-01
  "_streamplan_op" VARCHAR(11) NOT NULL -- u upsert, d delete; k m to complete, w completed, o n moved from, to
)
DISTSTYLE KEY
DISTKEY ("id")
SORTKEY AUTO;
