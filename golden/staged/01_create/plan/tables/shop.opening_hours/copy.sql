-- Stages rows of shop.opening_hours from S3. The runtime puts the address of the batch's manifest in its place.
COPY "_streamplan_stage" (
  "id",
  "note",
  "fee",
  "opens",
  "since",
  "rate",
  "plan",
  "stamp",
  "_streamplan_op"
)
FROM 's3://{manifest}'
IAM_ROLE 'arn:aws:iam::123456789012:role/streamplan-copy'
REGION 'eu-central-1'
MANIFEST
FORMAT CSV
GZIP
NULL AS 'null'
TIMEFORMAT 'auto'
COMPUPDATE OFF
STATUPDATE OFF;
