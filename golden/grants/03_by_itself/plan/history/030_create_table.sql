-- The observed schemas that runs made versions from, in pieces.
CREATE TABLE IF NOT EXISTS "shop"."_streamplan_evolution" (
  "connector" VARCHAR(256) NOT NULL,
  "version" INTEGER NOT NULL,
  "plan_id" VARCHAR(64) NOT NULL, -- the version that was made
  "path" VARCHAR(1024) NOT NULL, -- file of the folder of observed schemas
  "part" INTEGER NOT NULL, -- pieces of a file, in order from 0
  "text" VARCHAR(65535) NOT NULL
)
DISTSTYLE AUTO
SORTKEY AUTO;
