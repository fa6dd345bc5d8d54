-- Records that could not be taken in, with their raw bytes.
CREATE TABLE IF NOT EXISTS "shop"."_streamplan_quarantine" (
  "connector" VARCHAR(256) NOT NULL,
  "topic" VARCHAR(512) NOT NULL,
  "topic_partition" INTEGER NOT NULL,
  "topic_offset" BIGINT NOT NULL,
  "code" VARCHAR(8) NOT NULL, -- streamplan explain CODE
  "reason" VARCHAR(2048) NOT NULL,
  "record_key" VARBYTE(1024000), -- raw bytes
  "record_value" VARBYTE(1024000), -- raw bytes
  "record_headers" VARBYTE(1024000), -- JSON: a list of names and values
  "key_bytes" INTEGER, -- of all of it; a longer one than fits is cut
  "value_bytes" INTEGER,
  "headers_bytes" INTEGER,
  "plan_id" VARCHAR(64) NOT NULL,
  "quarantined_at" TIMESTAMPTZ NOT NULL
)
DISTSTYLE AUTO
SORTKEY AUTO;
