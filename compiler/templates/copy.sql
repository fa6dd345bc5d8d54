-- Stages rows of {{ label }} from S3. The runtime puts the address of the batch's manifest in its place.
COPY {{ stage }} (
  {{ names | listed }}
)
FROM 's3://{manifest}'
{{ iam_role }}
{{ region }}MANIFEST
FORMAT CSV
GZIP
NULL AS 'null'
TIMEFORMAT 'auto'
COMPUPDATE OFF
STATUPDATE OFF;
