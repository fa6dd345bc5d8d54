-- What has been committed: one row a batch and partition, written in the batch's own transaction.
CREATE TABLE IF NOT EXISTS "shop"."_streamplan_ledger" (
  "connector" VARCHAR(256) NOT NULL,
  "topic" VARCHAR(512) NOT NULL,
  "topic_partition" INTEGER NOT NULL,
  "from_offset" BIGINT NOT NULL, -- first offset of the batch
  "to_offset" BIGINT NOT NULL, -- last offset of the batch; the next batch begins after it
  "plan_id" VARCHAR(64) NOT NULL, -- the plan that wrote the batch
  "committed_at" TIMESTAMPTZ NOT NULL
)
DISTSTYLE AUTO
SORTKEY AUTO;
