-- How tables are laid out: distribution style, distribution and sort keys, encodings. PostgreSQL has no words for it, so it
-- stands in two tables of the sandbox's own, which CREATE TABLE and ALTER TABLE write. Run once, behind compat.sql.
-- A table without a row has DISTSTYLE AUTO and SORTKEY AUTO, so that the tables of most plans write nothing.
SET allow_system_table_mods = on;

CREATE TABLE pg_catalog.sandbox_table (relation oid PRIMARY KEY, diststyle text NOT NULL, sortstyle text NOT NULL);
CREATE TABLE pg_catalog.sandbox_column (
  relation oid, attnum smallint, encoding text NOT NULL DEFAULT 'auto', distkey boolean NOT NULL DEFAULT false,
  sortkey integer NOT NULL DEFAULT 0, keyed boolean NOT NULL DEFAULT false, PRIMARY KEY (relation, attnum));
GRANT SELECT ON pg_catalog.sandbox_table, pg_catalog.sandbox_column TO PUBLIC;

CREATE FUNCTION pg_catalog.sandbox_attnum(rel oid, col text) RETURNS smallint LANGUAGE plpgsql STABLE AS $body$
DECLARE
  found smallint;
BEGIN
  SELECT a.attnum INTO found FROM pg_attribute a
  WHERE a.attrelid = rel AND a.attname = col AND a.attnum > 0 AND NOT a.attisdropped;
  IF found IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42703', MESSAGE = format('column "%s" of relation "%s" does not exist',
      pg_catalog.sandbox_long(col), pg_catalog.sandbox_long((SELECT relname FROM pg_class WHERE oid = rel)));
  END IF;
  RETURN found;
END $body$;

-- Writes down what a statement says of a table's layout; NULL leaves a thing as it is. A `fresh` table must have been made in
-- this transaction: CREATE TABLE IF NOT EXISTS changes none that was there. One that is not there is told by what runs next.
CREATE FUNCTION pg_catalog.sandbox_lay_out(
  target text, fresh boolean, new_dist text, new_distkey text, new_sort text, new_sortkeys text[],
  encoded text[], encodings text[], new_keyed text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE
  rel oid := to_regclass(target);
BEGIN
  IF rel IS NULL OR (fresh AND NOT EXISTS (SELECT FROM pg_class WHERE oid = rel AND xmin = pg_current_xact_id()::xid)) THEN
    RETURN;
  END IF;
  INSERT INTO pg_catalog.sandbox_table AS t VALUES (rel, coalesce(new_dist, 'AUTO'), coalesce(new_sort, 'AUTO'))
  ON CONFLICT (relation) DO UPDATE SET diststyle = coalesce(new_dist, t.diststyle), sortstyle = coalesce(new_sort, t.sortstyle);
  UPDATE pg_catalog.sandbox_column SET distkey = distkey AND new_dist IS NULL, sortkey = CASE WHEN new_sort IS NULL THEN sortkey ELSE 0 END
  WHERE relation = rel;
  INSERT INTO pg_catalog.sandbox_column (relation, attnum)
  SELECT DISTINCT rel, pg_catalog.sandbox_attnum(rel, col) FROM unnest(ARRAY[new_distkey] || new_sortkeys || encoded || new_keyed) AS col
  WHERE col IS NOT NULL
  ON CONFLICT DO NOTHING;
  UPDATE pg_catalog.sandbox_column SET distkey = true
  WHERE relation = rel AND attnum = pg_catalog.sandbox_attnum(rel, new_distkey) AND new_distkey IS NOT NULL;
  UPDATE pg_catalog.sandbox_column c SET sortkey = k.place * CASE WHEN new_sort = 'INTERLEAVED' AND k.place % 2 = 0 THEN -1 ELSE 1 END
  FROM unnest(new_sortkeys) WITH ORDINALITY AS k (col, place)
  WHERE c.relation = rel AND c.attnum = pg_catalog.sandbox_attnum(rel, k.col);
  UPDATE pg_catalog.sandbox_column c SET encoding = e.encoding
  FROM unnest(encoded, encodings) AS e (col, encoding)
  WHERE c.relation = rel AND c.attnum = pg_catalog.sandbox_attnum(rel, e.col);
  UPDATE pg_catalog.sandbox_column c SET keyed = true
  FROM unnest(new_keyed) AS k (col) WHERE c.relation = rel AND c.attnum = pg_catalog.sandbox_attnum(rel, k.col);
END $body$;

-- ALTER TABLE ... ALTER ENCODE AUTO: no column is encoded by hand any more.
CREATE FUNCTION pg_catalog.sandbox_encode_auto(target text) RETURNS void LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC UPDATE pg_catalog.sandbox_column SET encoding = 'auto' WHERE relation = to_regclass(target); END;

-- CREATE TABLE (LIKE parent): the layout comes along, keys do not.
CREATE FUNCTION pg_catalog.sandbox_lay_out_like(target text, parent text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE
  rel oid := to_regclass(target);
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = rel AND xmin = pg_current_xact_id()::xid) THEN
    RETURN;
  END IF;
  INSERT INTO pg_catalog.sandbox_table SELECT rel, diststyle, sortstyle FROM pg_catalog.sandbox_table WHERE relation = to_regclass(parent)
  ON CONFLICT DO NOTHING;
  INSERT INTO pg_catalog.sandbox_column (relation, attnum, encoding, distkey, sortkey)
  SELECT rel, pg_catalog.sandbox_attnum(rel, a.attname), c.encoding, c.distkey, c.sortkey
  FROM pg_catalog.sandbox_column c JOIN pg_attribute a ON a.attrelid = c.relation AND a.attnum = c.attnum AND NOT a.attisdropped
  WHERE c.relation = to_regclass(parent)
  ON CONFLICT DO NOTHING;
END $body$;

-- What Redshift refuses of ALTER COLUMN TYPE by how the column was made (RS-307), and by its size (RS-308).
CREATE FUNCTION pg_catalog.sandbox_resize(target text, col text, size integer) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  rel oid := to_regclass(target);
  subject text := format('cannot alter column "%s" of relation "%s"',
    pg_catalog.sandbox_long(col), pg_catalog.sandbox_long((SELECT relname FROM pg_class WHERE oid = rel)));
  reason text;
BEGIN
  SELECT CASE
    WHEN c.encoding IN ('bytedict', 'runlength', 'text255', 'text32k') THEN format(' with encode type "%s"', c.encoding)
    WHEN c.keyed THEN ' that is part of a key'
    WHEN a.atthasdef THEN ' with a default value'
    WHEN a.atttypid = 'varchar'::regtype AND a.atttypmod - 4 = size THEN ', target column size should be different'
  END INTO reason
  FROM pg_attribute a LEFT JOIN pg_catalog.sandbox_column c ON c.relation = a.attrelid AND c.attnum = a.attnum
  WHERE a.attrelid = rel AND a.attname = col;
  IF reason IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = subject || reason;
  END IF;
END $body$;

-- DROP COLUMN of a distribution key, of a sort key or of the only column (RS-310).
CREATE FUNCTION pg_catalog.sandbox_drop_column(target text, col text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  rel oid := to_regclass(target);
  reason text;
BEGIN
  SELECT CASE
    WHEN c.distkey THEN 'distkey column'
    WHEN c.sortkey <> 0 THEN 'sortkey column'
    WHEN NOT EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = rel AND o.attnum > 0 AND NOT o.attisdropped AND o.attnum <> a.attnum)
      THEN 'only column'
  END INTO reason
  FROM pg_attribute a LEFT JOIN pg_catalog.sandbox_column c ON c.relation = a.attrelid AND c.attnum = a.attnum
  WHERE a.attrelid = rel AND a.attname = col AND NOT a.attisdropped;
  IF reason IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('cannot drop %s "%s" of relation "%s"', reason,
      pg_catalog.sandbox_long(col), pg_catalog.sandbox_long((SELECT relname FROM pg_class WHERE oid = rel)));
  END IF;
END $body$;

-- Each column of a table with its encoding as the catalog shows it: RAW is none, and who chose nothing has the type's own.
CREATE VIEW pg_catalog.sandbox_layout AS
SELECT
  n.nspname, c.oid AS relation, c.relname, a.attname, a.attnum, a.attnotnull, a.atttypid, a.atttypmod,
  CASE
    WHEN l.encoding <> 'auto' THEN replace(l.encoding, 'raw', 'none')
    WHEN c.relpersistence = 't' OR l.sortkey <> 0 OR t.typname IN ('bool', 'float4', 'float8') THEN 'none'
    WHEN t.typname IN ('varchar', 'bpchar', 'varbyte', 'text') THEN 'lzo'
    WHEN t.typname = 'super' THEN 'zstd'
    ELSE 'az64'
  END AS encoding,
  coalesce(l.distkey, false) AS distkey, coalesce(l.sortkey, 0) AS sortkey
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.sandbox_column l ON l.relation = a.attrelid AND l.attnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped;

CREATE VIEW pg_catalog.svv_redshift_columns AS
SELECT
  s.table_catalog AS database_name, s.table_schema AS schema_name, s.table_name, s.column_name, s.ordinal_position,
  CASE
    WHEN s.data_type IN ('character varying', 'character', 'binary varying') THEN s.data_type || '(' || s.character_maximum_length || ')'
    WHEN s.data_type = 'numeric' THEN 'numeric(' || s.numeric_precision || ',' || s.numeric_scale || ')'
    ELSE s.data_type
  END AS data_type,
  s.column_default, s.is_nullable, coalesce(l.encoding, '') AS encoding, coalesce(l.distkey, false) AS distkey,
  coalesce(l.sortkey, 0) AS sortkey, ''::text AS column_acl, s.remarks
FROM svv_columns s
LEFT JOIN sandbox_layout l
  ON sandbox_long(l.nspname) = s.table_schema AND sandbox_long(l.relname) = s.table_name AND l.attnum = s.ordinal_position
WHERE s.table_schema NOT IN ('pg_catalog', 'information_schema', 'pg_toast');

-- Only the schemas on the search path, as on Redshift.
CREATE VIEW pg_catalog.pg_table_def AS
SELECT
  s.schema_name AS schemaname, s.table_name AS tablename, s.column_name AS "column", s.data_type AS type, s.encoding, s.distkey, s.sortkey,
  s.is_nullable = 'NO' AS "notnull"
FROM svv_redshift_columns s
WHERE s.schema_name = ANY (SELECT sandbox_long(found) FROM unnest(current_schemas(false)) AS found) AND s.encoding <> '';

-- Tables without rows are left out, as on Redshift, and only a superuser reads it.
CREATE VIEW pg_catalog.svv_table_info AS
SELECT
  current_database()::text AS database, sandbox_long(n.nspname) AS schema, c.oid::integer AS table_id, sandbox_long(c.relname) AS "table",
  CASE WHEN EXISTS (SELECT FROM sandbox_layout l WHERE l.relation = c.oid AND l.encoding <> 'none') THEN 'Y' ELSE 'N' END AS encoded,
  CASE
    WHEN t.diststyle = 'KEY' THEN 'KEY(' || (SELECT sandbox_long(l.attname) FROM sandbox_layout l WHERE l.relation = c.oid AND l.distkey) || ')'
    WHEN coalesce(t.diststyle, 'AUTO') = 'AUTO' THEN 'AUTO(ALL)'
    ELSE t.diststyle
  END AS diststyle,
  CASE
    WHEN t.sortstyle = 'INTERLEAVED' THEN 'INTERLEAVED'
    WHEN t.sortstyle = 'COMPOUND' THEN (SELECT sandbox_long(l.attname) FROM sandbox_layout l WHERE l.relation = c.oid AND l.sortkey = 1)
    WHEN t.sortstyle = 'NONE' THEN NULL
    ELSE 'AUTO(SORTKEY)'
  END AS sortkey1,
  (SELECT count(*)::integer FROM sandbox_layout l WHERE l.relation = c.oid AND l.sortkey <> 0) AS sortkey_num,
  (pg_relation_size(c.oid) / 1048576 + 1)::bigint AS size, greatest(c.reltuples, 0)::numeric(38, 0) AS tbl_rows
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
LEFT JOIN pg_catalog.sandbox_table t ON t.relation = c.oid
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND pg_relation_size(c.oid) > 0;

-- Redshift's roles are no groups.
DROP VIEW pg_catalog.pg_group;
CREATE VIEW pg_catalog.pg_group AS
SELECT sandbox_long(r.rolname) AS groname, r.oid AS grosysid,
  ARRAY(SELECT m.member FROM pg_auth_members m WHERE m.roleid = r.oid) AS grolist
FROM pg_roles r WHERE NOT r.rolcanlogin AND r.rolconnlimit <> 0 AND NOT starts_with(r.rolname, 'pg_');

GRANT SELECT ON pg_catalog.sandbox_layout, pg_catalog.svv_redshift_columns, pg_catalog.pg_table_def, pg_catalog.pg_group TO PUBLIC;
REVOKE ALL ON pg_catalog.svv_table_info FROM PUBLIC;
