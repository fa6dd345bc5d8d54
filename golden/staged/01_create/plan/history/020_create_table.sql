-- What has been applied, statement by statement.
CREATE TABLE IF NOT EXISTS "shop"."_streamplan_history" (
  "connector" VARCHAR(256) NOT NULL,
  "version" INTEGER NOT NULL,
  "plan_id" VARCHAR(64) NOT NULL, -- sha256 of the plan's plan.sum
  "statement" VARCHAR(1024) NOT NULL, -- path of the file; plan.sum closes the version
  "applied_at" TIMESTAMPTZ NOT NULL,
  "applied_by" VARCHAR(256) NOT NULL
)
DISTSTYLE AUTO
SORTKEY AUTO;
