-- A right that Redshift gives and PostgreSQL does not: whoever was given ALTER (MAINTAIN here) may alter a table though it is
-- another's (r_ALTER_TABLE). Run once, behind layout.sql.

-- Makes a table the user's own while it is altered, where it is another's and ALTER was given.
CREATE FUNCTION pg_catalog.sandbox_lend(target text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE
  rel regclass := to_regclass(target);
BEGIN
  IF has_table_privilege(session_user, rel, 'MAINTAIN')
    AND NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = rel), 'USAGE')
  THEN
    UPDATE pg_class SET relowner = (SELECT oid FROM pg_roles WHERE rolname = session_user) WHERE oid = rel;
  END IF;
END $body$;

-- Gives it back: the owner of the row's type is the table's.
CREATE FUNCTION pg_catalog.sandbox_take_back(target text) RETURNS void LANGUAGE sql SECURITY DEFINER AS $body$
  UPDATE pg_class c SET relowner = t.typowner FROM pg_class r JOIN pg_type t ON t.typrelid = r.oid
  WHERE r.oid = to_regclass(target) AND c.oid IN (r.oid, r.reltoastrelid) AND c.relowner <> t.typowner
$body$;
