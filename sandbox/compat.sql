-- What Redshift has and PostgreSQL lacks: types, functions, system views. Run once, in template1, so that every database has it.
-- Everything stands in pg_catalog, which is searched first, whatever a session's search_path is.
SET allow_system_table_mods = on;

GRANT CREATE ON SCHEMA public TO PUBLIC;
GRANT SET ON PARAMETER redshift.password TO PUBLIC;  -- a user's own password; see passwords.py

CREATE DOMAIN pg_catalog.super AS jsonb;
CREATE DOMAIN pg_catalog.varbyte AS bytea;

CREATE FUNCTION pg_catalog.json_parse(text) RETURNS super LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN $1::jsonb;
CREATE FUNCTION pg_catalog.sandbox_json_serialize(super) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN $1::text;
CREATE FUNCTION pg_catalog.is_valid_json(text) RETURNS boolean LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN pg_input_is_valid($1, 'jsonb');
CREATE FUNCTION pg_catalog.to_varbyte(text, text) RETURNS varbyte LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE lower($2) WHEN 'hex' THEN decode($1, 'hex') WHEN 'base64' THEN decode($1, 'base64') ELSE convert_to($1, 'UTF8') END;
CREATE FUNCTION pg_catalog.from_varbyte(varbyte, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE lower($2) WHEN 'hex' THEN encode($1, 'hex') WHEN 'base64' THEN encode($1, 'base64') ELSE convert_from($1, 'UTF8') END;
CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('second', statement_timestamp()::timestamp);
CREATE FUNCTION pg_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE PARALLEL SAFE
RETURN transaction_timestamp()::timestamp;
CREATE FUNCTION pg_catalog.dateadd(text, bigint, timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN $3 + ($2 || ' ' || $1)::interval;
CREATE FUNCTION pg_catalog.len(text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN char_length($1);
CREATE FUNCTION pg_catalog.sha2(text, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(CASE $2 WHEN 224 THEN sha224(convert_to($1, 'UTF8')) WHEN 384 THEN sha384(convert_to($1, 'UTF8'))
  WHEN 512 THEN sha512(convert_to($1, 'UTF8')) ELSE sha256(convert_to($1, 'UTF8')) END, 'hex');

-- PostgreSQL's names have 63 bytes, Redshift's 127. A longer one goes by a short form; this table knows which.
CREATE TABLE pg_catalog.sandbox_name (short text PRIMARY KEY, long text NOT NULL);
GRANT SELECT ON pg_catalog.sandbox_name TO PUBLIC;
CREATE FUNCTION pg_catalog.sandbox_remember(text, text) RETURNS void LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC INSERT INTO pg_catalog.sandbox_name VALUES ($1, $2) ON CONFLICT DO NOTHING; END;
CREATE FUNCTION pg_catalog.sandbox_long(text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length($1) < 60 THEN $1 ELSE coalesce((SELECT long FROM pg_catalog.sandbox_name WHERE short = $1), $1) END;

CREATE VIEW pg_catalog.svv_columns AS
SELECT
  current_database()::text AS table_catalog,
  sandbox_long(n.nspname) AS table_schema,
  sandbox_long(c.relname) AS table_name,
  sandbox_long(a.attname) AS column_name,
  a.attnum::integer AS ordinal_position,
  pg_get_expr(d.adbin, d.adrelid) AS column_default,
  CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
  CASE t.typname
    WHEN 'varbyte' THEN 'binary varying' WHEN 'bpchar' THEN 'character' WHEN 'name' THEN 'name'
    ELSE format_type(a.atttypid, NULL)
  END AS data_type,
  CASE
    WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4
    WHEN t.typname = 'varbyte' THEN (
      SELECT substring(pg_get_constraintdef(k.oid) FROM '<= ([0-9]+)')::integer FROM pg_constraint k
      WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum] AND starts_with(k.conname, 'sandbox_varbyte_') LIMIT 1)
  END AS character_maximum_length,
  information_schema._pg_numeric_precision(a.atttypid, a.atttypmod)::integer AS numeric_precision,
  information_schema._pg_numeric_precision_radix(a.atttypid, a.atttypmod)::integer AS numeric_precision_radix,
  information_schema._pg_numeric_scale(a.atttypid, a.atttypmod)::integer AS numeric_scale,
  information_schema._pg_datetime_precision(a.atttypid, a.atttypmod)::integer AS datetime_precision,
  col_description(a.attrelid, a.attnum) AS remarks
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p')
  AND (pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'));

CREATE VIEW pg_catalog.svv_tables AS
SELECT
  current_database()::text AS table_catalog,
  sandbox_long(n.nspname) AS table_schema,
  sandbox_long(c.relname) AS table_name,
  CASE WHEN c.relpersistence = 't' THEN 'LOCAL TEMPORARY' WHEN c.relkind IN ('v', 'm') THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type,
  obj_description(c.oid, 'pg_class') AS remarks
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p')
  AND (pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES'));

-- A role of Redshift is a role without login whose connection limit is 0; a group is one without that mark.
CREATE VIEW pg_catalog.svv_roles AS
SELECT r.oid::integer AS role_id, sandbox_long(r.rolname) AS role_name, ''::text AS role_owner, NULL::text AS external_id
FROM pg_roles r WHERE NOT r.rolcanlogin AND r.rolconnlimit = 0;

CREATE VIEW pg_catalog.svv_user_grants AS
SELECT
  u.oid::integer AS user_id, sandbox_long(u.rolname) AS user_name,
  r.role_id, r.role_name, bool_or(m.admin_option) AS admin_option
FROM pg_auth_members m
JOIN pg_roles u ON u.oid = m.member AND u.rolcanlogin
JOIN svv_roles r ON r.role_id = m.roleid::integer
GROUP BY 1, 2, 3, 4;

CREATE VIEW pg_catalog.svv_role_grants AS
SELECT
  u.role_id, u.role_name, r.role_id AS granted_role_id, r.role_name AS granted_role_name
FROM pg_auth_members m
JOIN svv_roles u ON u.role_id = m.member::integer
JOIN svv_roles r ON r.role_id = m.roleid::integer
GROUP BY 1, 2, 3, 4;

CREATE VIEW pg_catalog.sandbox_identity AS
SELECT
  oid, sandbox_long(rolname) AS identity_name,
  CASE WHEN rolcanlogin THEN 'user' WHEN rolconnlimit = 0 THEN 'role' ELSE 'group' END AS identity_type
FROM pg_roles
UNION ALL
SELECT 0, 'public', 'public';

CREATE VIEW pg_catalog.svv_relation_privileges AS
SELECT
  sandbox_long(n.nspname) AS namespace_name, sandbox_long(c.relname) AS relation_name, p.privilege_type,
  i.oid::integer AS identity_id, i.identity_name, i.identity_type, p.is_grantable AS admin_option
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(c.relacl) p
JOIN sandbox_identity i ON i.oid = p.grantee
WHERE c.relkind IN ('r', 'v', 'm', 'p') AND p.grantee <> c.relowner AND n.nspname NOT IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_catalog.svv_schema_privileges AS
SELECT
  sandbox_long(n.nspname) AS namespace_name, p.privilege_type,
  i.oid::integer AS identity_id, i.identity_name, i.identity_type, p.is_grantable AS admin_option, 'SCHEMA'::text AS privilege_scope
FROM pg_namespace n
CROSS JOIN LATERAL aclexplode(n.nspacl) p
JOIN sandbox_identity i ON i.oid = p.grantee
WHERE p.grantee <> n.nspowner AND n.nspname NOT IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_catalog.svv_database_privileges AS
SELECT
  sandbox_long(d.datname) AS database_name, p.privilege_type,
  i.oid::integer AS identity_id, i.identity_name, i.identity_type, p.is_grantable AS admin_option, 'DATABASE'::text AS privilege_scope
FROM pg_database d
CROSS JOIN LATERAL aclexplode(d.datacl) p
JOIN sandbox_identity i ON i.oid = p.grantee
WHERE p.grantee <> d.datdba;

DROP VIEW pg_catalog.pg_user;
CREATE VIEW pg_catalog.pg_user AS
SELECT
  sandbox_long(rolname) AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, false AS usecatupd,
  '********'::text AS passwd, rolvaliduntil AS valuntil, NULL::text[] AS useconfig
FROM pg_roles WHERE rolcanlogin;

GRANT SELECT ON
  pg_catalog.svv_columns, pg_catalog.svv_tables, pg_catalog.svv_roles, pg_catalog.svv_user_grants,
  pg_catalog.svv_role_grants, pg_catalog.sandbox_identity, pg_catalog.svv_relation_privileges, pg_catalog.svv_schema_privileges,
  pg_catalog.svv_database_privileges, pg_catalog.pg_user
TO PUBLIC;
