-- COPY: copying.py lays the files' fields out as texts in pg_temp.sandbox_copied (file, line, c1, c2 ...;
-- redshift.copied_files names the files), and this loads them as
-- Redshift does: an empty field that is no text is NULL, decimals are cut (r_COPY). Run once, behind rights.sql.
SET allow_system_table_mods = on;

CREATE TABLE pg_catalog.sandbox_load_error (
  user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name char(64), table_id integer,
  start_time timestamp, file_name char(256), line_number bigint, column_name char(127), column_type char(10),
  column_length char(10), position integer, error_code integer, error_message char(512));
CREATE VIEW pg_catalog.sys_load_error_detail AS SELECT * FROM pg_catalog.sandbox_load_error;
GRANT SELECT ON pg_catalog.sys_load_error_detail TO PUBLIC;

CREATE FUNCTION pg_catalog.sandbox_note_load_error(said jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
  INSERT INTO pg_catalog.sandbox_load_error
  VALUES (100, 0, 0, pg_backend_pid(), current_database(), 0, statement_timestamp()::timestamp, said->>'file', (said->>'line')::bigint,
    said->>'column', said->>'type', said->>'length', 0, (said->>'code')::integer, said->>'message');
END;

CREATE FUNCTION pg_catalog.pg_last_copy_count() RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('redshift.last_copy_count', true), ''), '0')::bigint;

-- How a field becomes a value of the column.
CREATE FUNCTION pg_catalog.sandbox_copied_as(field text, type name, typmod integer, full_type text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE
  WHEN type IN ('varchar', 'bpchar', 'text') THEN field
  WHEN type = 'varbyte' THEN format('decode(nullif(%s, %L), %L)', field, '', 'hex')
  WHEN type = 'super' THEN format('nullif(btrim(%s), %L)::jsonb', field, '')
  WHEN type = 'numeric' THEN format('trunc(nullif(btrim(%s), %L)::numeric, %s)', field, '', (typmod - 4) & 65535)
  ELSE format('nullif(btrim(%s), %L)::%s', field, '', full_type)
END;

-- Why the first row that cannot be loaded cannot be, as a row of sys_load_error_detail; NULL where every row can.
CREATE FUNCTION pg_catalog.sandbox_load_error_of(rel regclass, cols text[]) RETURNS jsonb LANGUAGE plpgsql AS $body$
DECLARE
  one record;
  field record;
  value text;
  why text;
  code integer;
BEGIN
  FOR one IN SELECT ctid, file, line FROM pg_temp.sandbox_copied ORDER BY ctid LOOP
    FOR field IN
      SELECT c.n, c.name, a.attnotnull, t.typname, a.atttypmod, format_type(a.atttypid, a.atttypmod) AS full_type,
        (SELECT substring(pg_get_constraintdef(k.oid) FROM '<= ([0-9]+)')::integer FROM pg_constraint k
         WHERE k.conrelid = rel AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum] AND k.conname ~ '^sandbox_(bytes|varbyte)_' LIMIT 1) AS size
      FROM unnest(cols) WITH ORDINALITY AS c (name, n)
      JOIN pg_attribute a ON a.attrelid = rel AND a.attname = c.name JOIN pg_type t ON t.oid = a.atttypid ORDER BY c.n
    LOOP
      code := NULL;
      EXECUTE format('SELECT c%s FROM pg_temp.sandbox_copied WHERE ctid = $1', field.n) INTO value USING one.ctid;
      IF value IS NULL OR (value = '' AND field.typname NOT IN ('varchar', 'bpchar', 'text')) THEN
        IF field.attnotnull THEN
          code := 1213; why := 'Missing data for not-null field';
        END IF;
      ELSIF field.typname = 'varchar' AND octet_length(rtrim(value)) > coalesce(field.size, field.atttypmod - 4) THEN
        code := 1204; why := 'String length exceeds DDL length';
      ELSIF field.typname = 'bpchar' AND octet_length(rtrim(value)) > field.atttypmod - 4 THEN
        code := 1204; why := 'Char length exceeds DDL length';
      ELSIF field.typname NOT IN ('varchar', 'bpchar', 'text') THEN
        BEGIN
          EXECUTE format('SELECT %s', pg_catalog.sandbox_copied_as('$1', field.typname, field.atttypmod, field.full_type)) USING value;
          IF field.typname = 'varbyte' AND octet_length(decode(value, 'hex')) > field.size THEN
            code := 1204; why := 'Varbyte length exceeds DDL length';
          ELSIF field.typname = 'numeric' AND abs(value::numeric) >= 10::numeric ^ (((field.atttypmod - 4) >> 16) - ((field.atttypmod - 4) & 65535)) THEN
            code := 1204; why := 'Numeric data overflow (result precision)';
          END IF;
        EXCEPTION WHEN data_exception THEN
          code := CASE WHEN SQLSTATE = '22003' THEN 1204
            WHEN field.typname IN ('int2', 'int4', 'int8', 'numeric') THEN 1207 WHEN field.typname IN ('float4', 'float8') THEN 1209
            WHEN field.typname = 'date' THEN 1205 WHEN field.typname IN ('timestamp', 'timestamptz', 'time') THEN 1206
            WHEN field.typname = 'bool' THEN 1210 WHEN field.typname = 'super' THEN 1224 ELSE 1216 END;
          why := CASE code WHEN 1204 THEN 'Value is out of range' WHEN 1207 THEN format('Invalid digit, Value %L, Pos 0', left(value, 1))
            WHEN 1205 THEN 'Invalid Date Format' WHEN 1206 THEN 'Invalid timestamp format or value' WHEN 1210 THEN 'Invalid boolean value'
            WHEN 1224 THEN 'Invalid JSON format' ELSE 'Invalid value' END;
        END;
      END IF;
      IF code IS NOT NULL THEN
        RETURN jsonb_build_object('file', current_setting('redshift.copied_files')::jsonb->>one.file, 'line', one.line, 'column', pg_catalog.sandbox_long(field.name), 'type', field.typname,
          'length', field.size, 'code', code, 'message', why);
      END IF;
    END LOOP;
  END LOOP;
  RETURN NULL;
END $body$;

CREATE PROCEDURE pg_catalog.sandbox_copy(target text, cols text[]) LANGUAGE plpgsql AS $body$
DECLARE
  rel regclass := to_regclass(target);
  names text;
  fields text;
  loaded bigint;
  said jsonb;
BEGIN
  IF rel IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = format('relation %s does not exist', target);
  END IF;
  PERFORM pg_catalog.sandbox_attnum(rel, name) FROM unnest(cols) AS name;
  SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.n),
    string_agg(pg_catalog.sandbox_copied_as('c' || c.n, t.typname, a.atttypmod, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY c.n)
  INTO names, fields
  FROM unnest(cols) WITH ORDINALITY AS c (name, n)
  JOIN pg_attribute a ON a.attrelid = rel AND a.attname = c.name JOIN pg_type t ON t.oid = a.atttypid;
  BEGIN
    EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM pg_temp.sandbox_copied', rel, names, fields);
    GET DIAGNOSTICS loaded = ROW_COUNT;
    PERFORM set_config('redshift.last_copy_count', loaded::text, false);
    RETURN;
  EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
    said := pg_catalog.sandbox_load_error_of(rel, cols);
    IF said IS NULL THEN
      RAISE;
    END IF;
  END;
  RAISE EXCEPTION USING ERRCODE = 'XX000', DETAIL = said::text,
    MESSAGE = format('Load into table ''%s'' failed.  Check ''sys_load_error_detail'' system table for details.',
      pg_catalog.sandbox_long((SELECT relname FROM pg_class WHERE oid = rel)));
END $body$;
