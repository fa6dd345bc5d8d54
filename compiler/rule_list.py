"""Every rule once: its code, what it checks, which page says so and what to write instead.

The modules rules_... and the grammar judge by it; `lint`, `explain` and the documentation read it.
**A code in this list is used, and a code that is used is in this list.**
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .rule_help import HELPS


class Judge(StrEnum):
    """Who looks: the server; the check of a plan, which also refuses what does harm; or lint, which warns."""

    SERVER = "server"
    PLAN = "plan"
    LINT = "lint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A fact of Redshift that a statement can break: `source` is the page of its documentation."""

    code: str
    checks: str
    source: str
    judge: Judge

    @property
    def help(self) -> str:
        """What to write instead."""
        return HELPS[self.code]

    @property
    def is_warning(self) -> bool:
        """Whether the server takes the statement, and it may still hurt."""
        return self.judge is Judge.LINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A fact that no text shows. `why` says what would have to be known, `judge` who knows it and refuses."""

    code: str
    checks: str
    why: str
    judge: str


def _rule(code: str, checks: str, source: str, judge: Judge = Judge.SERVER) -> Rule:
    return Rule(code=code, checks=f"Checks that {checks}.", source=source, judge=judge)


RULES: tuple[Rule, ...] = (
    _rule("RS-101", "a MERGE's target has no alias", "r_MERGE"),
    _rule("RS-102", "a MERGE has one WHEN MATCHED and then one WHEN NOT MATCHED, or REMOVE DUPLICATES", "r_MERGE"),
    _rule("RS-103", "no WHEN of a MERGE has a condition of its own", "r_MERGE"),
    _rule("RS-104", "a MERGE has no WHEN NOT MATCHED BY and no DO NOTHING", "r_MERGE"),
    _rule("RS-105", "no WITH stands before a MERGE", "r_MERGE"),
    _rule("RS-106", "a MERGE does not read its target as its source", "r_MERGE"),
    _rule("RS-107", "a MERGE's target is no system table", "r_MERGE"),
    _rule("RS-108", "a MERGE sets and inserts columns without a table's name", "r_MERGE"),
    _rule("RS-109", "a MERGE takes a SUPER column whole", "r_MERGE"),
    _rule("RS-113", "a MERGE reads a table, not a query", "r_MERGE", Judge.LINT),
    _rule("RS-201", "a statement's text has at most 16 MiB", "c_redshift-sql"),
    _rule("RS-202", "the table of a DELETE has no alias", "r_DELETE"),
    _rule("RS-203", "DELETE with USING has FROM", "r_DELETE"),
    _rule("RS-204", "no statement has ON CONFLICT, RETURNING or OVERRIDING", "r_INSERT_30"),
    _rule("RS-205", "VALUES with several rows has no subquery", "r_INSERT_30"),
    _rule("RS-206", "an UPDATE sets columns without a table's name", "r_UPDATE"),
    _rule("RS-207", "an INSERT names its columns", "r_INSERT_30", Judge.LINT),
    _rule("RS-209", "no query has FROM (VALUES ...), ARRAY[...] or ROW(...)", "c_unsupported-postgresql-features"),
    _rule("RS-210", "a DELETE has a condition", "r_DELETE", Judge.LINT),
    _rule("RS-211", "a relation right before QUALIFY has an alias", "r_QUALIFY_clause"),
    _rule("RS-221", "COPY reads no file of the client", "copy-parameters-data-source"),
    _rule("RS-222", "COPY of Parquet or ORC has few options", "copy-usage_notes-copy-from-columnar"),
    _rule("RS-223", "COPY of JSON has no options of delimited text", "copy-parameters-data-format"),
    _rule("RS-224", "COPY of CSV has no ESCAPE, REMOVEQUOTES or FIXEDWIDTH", "copy-parameters-data-format"),
    _rule("RS-225", "JSON 'auto' finds keys in any case", "copy-parameters-data-format", Judge.LINT),
    _rule("RS-226", "COPY names a manifest", "loading-data-files-using-manifest", Judge.LINT),
    _rule("RS-227", "COPY passes over no errors", "copy-parameters-data-load", Judge.LINT),
    _rule("RS-228", "no key of an account stands in the SQL", "copy-parameters-authorization", Judge.LINT),
    _rule("RS-231", "COPY cuts no values", "copy-parameters-data-conversion", Judge.LINT),
    _rule("RS-232", "COPY changes no values", "copy-parameters-data-conversion", Judge.LINT),
    _rule("RS-301", "ADD COLUMN and DROP COLUMN have no IF", "r_ALTER_TABLE"),
    _rule("RS-302", "an ALTER TABLE has one action", "r_ALTER_TABLE"),
    _rule("RS-303", "a column added as NOT NULL has a default that is not null", "r_ALTER_TABLE"),
    _rule("RS-304", "a column added is no key, no identity and refers to nothing", "r_ALTER_TABLE"),
    _rule("RS-305", "ALTER COLUMN TYPE makes a VARCHAR and has no USING", "r_ALTER_TABLE"),
    _rule("RS-306", "ALTER COLUMN TYPE stands in no transaction", "r_ALTER_TABLE"),
    _rule("RS-309", "ALTER COLUMN does not set or drop NOT NULL or a default", "r_ALTER_TABLE"),
    _rule(
        "RS-311",
        "what must stand alone stands in no transaction: VACUUM, APPEND and others",
        "r_SVL_MULTI_STATEMENT_VIOLATIONS",
    ),
    _rule("RS-312", "a table has one distribution key, and with DISTSTYLE KEY or none", "r_CREATE_TABLE_NEW"),
    _rule("RS-313", "a sort key is short enough, and no key has a type that cannot be one", "r_CREATE_TABLE_NEW"),
    _rule("RS-314", "a temporary table is named without a schema", "r_CREATE_TABLE_NEW"),
    _rule("RS-315", "LIKE stands without a layout", "r_CREATE_TABLE_NEW"),
    _rule(
        "RS-316",
        "there is no index, CHECK, partition or the like",
        "c_unsupported-postgresql-features",
    ),
    _rule("RS-317", "an identity is an INTEGER or a BIGINT", "r_CREATE_TABLE_NEW"),
    _rule("RS-318", "an encoding exists and takes the column's type", "c_Compression_encodings"),
    _rule("RS-319", "a table has at most 1600 columns", "r_CREATE_TABLE_NEW"),
    _rule("RS-320", "there are no savepoints", "c_unsupported-postgresql-features"),
    _rule("RS-321", "there are no anonymous blocks", "c_unsupported-postgresql-features"),
    _rule("RS-322", "no key is declared that nothing enforces", "r_CREATE_TABLE_NEW", Judge.LINT),
    _rule("RS-325", "a table has no BACKUP NO", "r_CREATE_TABLE_NEW", Judge.LINT),
    _rule("RS-328", "all columns are encoded, or none", "r_CREATE_TABLE_NEW", Judge.LINT),
    _rule("RS-330", "an identity is not GENERATED ALWAYS", "r_CREATE_TABLE_NEW"),
    _rule("RS-332", "CREATE TABLE AS has no types, no constraints and no IF NOT EXISTS", "r_CREATE_TABLE_AS"),
    _rule("RS-333", "no DROP has CASCADE", "r_DROP_TABLE", Judge.LINT),
    _rule("RS-334", "TRUNCATE, which commits, stands in no transaction of a plan", "r_TRUNCATE", Judge.PLAN),
    _rule("RS-401", "a type's length, precision and scale are within its limits", "c_Supported_data_types"),
    _rule("RS-402", "a type has its size", "r_Character_types", Judge.LINT),
    _rule("RS-403", "Redshift has the type", "c_Supported_data_types"),
    _rule("RS-408", "no reserved word is a name without quotes, and no system column's name a column", "r_pg_keywords"),
    _rule("RS-409", "no column is named twice, after folding", "r_names"),
    _rule("RS-501", "users, roles and groups are made and dropped without IF, save DROP USER", "r_CREATE_USER"),
    _rule("RS-502", "CREATE USER has PASSWORD", "r_CREATE_USER"),
    _rule("RS-503", "a password in the clear is composed as asked", "r_CREATE_USER"),
    _rule("RS-504", "a superuser's password is not disabled", "r_CREATE_USER"),
    _rule("RS-505", "a scoped privilege is given to users and roles only", "t_scoped-permissions"),
    _rule("RS-506", "a grant option is given to users only", "r_GRANT"),
    _rule("RS-507", "a system permission is given to roles only", "r_GRANT"),
    _rule("RS-508", "columns get SELECT and UPDATE only, and no grant option", "r_GRANT"),
    _rule("RS-509", "a role is given with GRANT ROLE, to users and roles", "r_GRANT"),
    _rule("RS-510", "a role's name is no reserved word", "r_CREATE_ROLE"),
    _rule("RS-511", "EXECUTE names the arguments of what it is given on", "r_GRANT"),
    _rule("RS-513", "a privilege covers the tables to come", "t_scoped-permissions", Judge.LINT),
    _rule("RS-514", "default privileges are given FOR USER, and never FOR ROLE", "r_ALTER_DEFAULT_PRIVILEGES"),
    _rule("RS-516", "privileges go to roles and users, not to groups or PUBLIC", "r_GRANT", Judge.LINT),
    _rule("RS-517", "a GRANT on what is external stands in no transaction", "r_GRANT"),
    _rule("RS-518", "no user is made a superuser", "r_CREATE_USER", Judge.LINT),
    _rule("RS-701", "a text holds one statement", "redshift_connector: each text is prepared"),
)

_SANDBOX, _DRIVER, _LOADER = "sandbox", "driver", "loader"

# The facts that refuse a statement and that its text does not show.
LEFT: tuple[Left, ...] = (
    Left(code="RS-110", checks="a MERGE meets no row twice", why="the rows of the source", judge=_SANDBOX),
    Left(
        code="RS-111",
        checks="REMOVE DUPLICATES has tables of the same columns",
        why="the columns of both tables",
        judge=_SANDBOX,
    ),
    Left(
        code="RS-307",
        checks="ALTER COLUMN TYPE changes no column with a default, a key or one of four encodings",
        why="how the column was made",
        judge=_SANDBOX,
    ),
    Left(code="RS-308", checks="ALTER COLUMN TYPE changes the size", why="the size of the column", judge=_SANDBOX),
    Left(
        code="RS-310",
        checks="DROP COLUMN drops no distribution or sort key, and not the only column",
        why="the layout and the columns of the table",
        judge=_SANDBOX,
    ),
    Left(code="RS-405", checks="a CHAR column takes single bytes only", why="the values", judge=_SANDBOX),
    Left(
        code="RS-411",
        checks="a document is put into a SUPER column with JSON_PARSE",
        why="the types of the columns; Redshift takes the text as a JSON string",
        judge=_LOADER,
    ),
    Left(code="RS-702", checks="a statement has at most 32767 binds", why="what is bound", judge=_DRIVER),
    Left(code="RS-703", checks="no bare % stands in a text with %s", why="the driver's paramstyle", judge=_DRIVER),
    Left(code="RS-706", checks="no BEGIN is sent without autocommit", why="the driver's autocommit", judge=_DRIVER),
    Left(
        code="RS-707",
        checks="what must stand alone is sent with autocommit",
        why="the driver's autocommit; with BEGIN in sight it is RS-306 or RS-311",
        judge=_DRIVER,
    ),
    Left(
        code="RS-909",
        checks="a part of a row is not loaded with DELETE and INSERT",
        why="which columns an event holds",
        judge=_LOADER,
    ),
)
