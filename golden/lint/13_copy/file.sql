-- taken
COPY shop.t (a, "B") FROM 's3://b/k.manifest' IAM_ROLE default MANIFEST;
COPY t FROM 's3://b/k.manifest' IAM_ROLE 'arn:aws:iam::1:role/r' FORMAT AS PARQUET MANIFEST SERIALIZETOJSON;
COPY t FROM 's3://b/k.manifest' IAM_ROLE default FORMAT JSON 'auto ignorecase' MANIFEST GZIP TIMEFORMAT 'auto';
COPY t FROM 's3://b/k.manifest' IAM_ROLE default JSON 's3://b/paths.json' MANIFEST REGION AS 'eu-west-1';
COPY t FROM 's3://b/k.manifest' IAM_ROLE default CSV QUOTE AS '"' DELIMITER ',' IGNOREHEADER 1 NULL AS '' MANIFEST;
COPY t FROM 's3://b/k.manifest' WITH IAM_ROLE default MANIFEST STATUPDATE OFF COMPUPDATE PRESET MAXERROR 0;
COPY t FROM 's3://b/k.manifest' IAM_ROLE default MANIFEST MAXERROR AS 1;
COPY t FROM 'emr://j-1/part-*' IAM_ROLE default DELIMITER '|' ESCAPE REMOVEQUOTES;
COPY t FROM 'dynamodb://t' IAM_ROLE default READRATIO 50;
COPY t FROM 's3://b/k.manifest' IAM_ROLE default MANIFEST JOB CREATE nightly AUTO ON;
COPY t FROM 's3://b/k.manifest' IAM_ROLE default MANIFEST JOB CREATE nightly;
COPY t FROM 'S3://b/k.manifest' IAM_ROLE default MANIFEST FIXEDWIDTH 'a:3,b:9';

-- what may hurt
COPY t FROM 's3://b/k' IAM_ROLE default FORMAT AS PARQUET;
COPY t FROM 's3://b/k' IAM_ROLE default JSON 'auto' MANIFEST;
COPY t FROM 's3://b/k' IAM_ROLE DEFAULT FORMAT AS JSON MANIFEST;
COPY t FROM 's3://b/k' IAM_ROLE default CSV MANIFEST MAXERROR 5 TRUNCATECOLUMNS;
COPY t FROM 's3://b/k' IAM_ROLE default CSV MANIFEST IGNOREALLERRORS ACCEPTINVCHARS ACCEPTANYDATE;
COPY t FROM 's3://b/k' ACCESS_KEY_ID 'id' SECRET_ACCESS_KEY 'hush' SESSION_TOKEN 'hush' CSV MANIFEST;
COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=id;aws_secret_access_key=hush' CSV MANIFEST;

-- refused
COPY t FROM stdin;
COPY t FROM '/tmp/t.csv' CSV;
COPY t FROM 's3://b/k' IAM_ROLE default FORMAT PARQUET DELIMITER ',';
COPY t FROM 's3://b/k' IAM_ROLE default FORMAT AS ORC GZIP MAXERROR 5;
COPY t FROM 's3://b/k' IAM_ROLE default JSON 'auto' DELIMITER ',' NULL AS 'x';
COPY t FROM 's3://b/k' IAM_ROLE default CSV ESCAPE FIXEDWIDTH 'a:3' REMOVEQUOTES;

-- refused: slips
COPY;
COPY t;
COPY t TO 's3://b/k';
COPY t FROM;
COPY t (a FROM 's3://b/k';
COPY t FROM 's3://b/k' HEADER;
COPY t FROM 's3://b/k' IAM_ROLE;
COPY t FROM 's3://b/k' CSV 'x' y;
COPY t FROM 's3://b/k' FORMAT AS;
COPY t FROM 's3://b/k' JOB;
COPY t FROM 's3://b/k' JOB CREATE;
COPY t FROM 's3://b/k' JOB CREATE j AUTO MAYBE;
COPY t FROM 's3://b/k' DELIMITER;
COPY t FROM 's3://b/k' (FORMAT csv);
