"""Facts of the dialect as data, each with its source. No other module holds these numbers.

**Facts only: nothing here computes.**
"""

from __future__ import annotations

IDENTIFIER_BYTES = 127  # r_names: longer names are cut without an error
VARCHAR_BYTES = 65_535  # r_Character_types (RS-401)
CHAR_BYTES = 4_096  # r_Character_types (RS-401)
VARBYTE_BYTES = 16_777_216  # r_VARBYTE_type, 2025 (RS-401)
VARBYTE_BYTES_SAFE = 1_024_000  # the limit before 2025: every cluster takes it
DECIMAL_DIGITS = 38  # r_Numeric_types201 (RS-401)
DECIMAL_SCALE = 37  # r_Numeric_types201 (RS-401)
TIME_CHARACTERS = 15  # r_Datetime_types: 00:00:00.000000
# SYS_LOAD_ERROR_DETAIL: what it says of a COPY that failed
LOAD_ERROR_COLUMNS = frozenset(
    """
    user_id query_id transaction_id session_id database_name table_id start_time file_name line_number column_name
    column_type column_length position error_code error_message
    """.split()
)
STATEMENT_BYTES = 16_777_216  # c_redshift-sql (RS-201)
# r_SVL_MULTI_STATEMENT_VIOLATIONS: what runs in no transaction, beside VACUUM and two forms of ALTER TABLE (RS-311)
STANDING_ALONE = (
    "CREATE DATABASE",
    "DROP DATABASE",
    "CREATE EXTERNAL TABLE",
    "ALTER EXTERNAL TABLE",
    "DROP EXTERNAL TABLE",
    "CREATE LIBRARY",
    "CREATE OR REPLACE LIBRARY",
    "DROP LIBRARY",
)
TABLE_COLUMNS = 1_600  # r_CREATE_TABLE_NEW (RS-319)
SORT_COLUMNS = 400  # r_CREATE_TABLE_NEW (RS-313)
INTERLEAVED_COLUMNS = 8  # r_CREATE_TABLE_NEW (RS-313)
PASSWORD_CHARACTERS = (8, 64)  # r_CREATE_USER (RS-503)
PASSWORD_NEVER = frozenset("'\"\\/@")  # r_CREATE_USER (RS-503)
PASSWORD_HASHES = ("md5", "sha256|")  # r_CREATE_USER: how a password begins that is not in the clear

# c_unsupported-postgresql: columns that every table has already (RS-408)
SYSTEM_COLUMNS = frozenset({"oid", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})

# c_intro_system_tables: how the names of system tables and views begin (RS-107)
SYSTEM_PREFIXES = ("pg_", "stl_", "stv_", "svcs_", "svl_", "svv_", "sys_")
SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "pg_internal", "sys"})

# r_pg_keywords, 2025: words that are no names without quotes (RS-408)
RESERVED = frozenset(
    """
    aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between binary
    blanksasnull both bytedict bzip2 case cast check collate column constraint create credentials cross current_date
    current_time current_timestamp current_user current_user_id default deferrable deflate defrag delta delta32k desc
    disable distinct do else emptyasnull enable encode encrypt encryption end except explicit false for foreign freeze
    from full globaldict256 globaldict64k grant group gzip having identity ignore ilike in initially inner intersect
    interval into is isnull join leading left like limit localtime localtimestamp lun luns lzo lzop minus mostly16
    mostly32 mostly8 natural new not notnull null nulls off offline offset oid old on only open or order outer overlaps
    parallel partition percent permissions pivot placing primary raw readratio recover references rejectlog resort
    respect restore right select session_user similar snapshot some sysdate system table tag tdes text255 text32k then
    timestamp to top trailing true truncatecolumns union unique unnest unpivot user using verbose wallet when where with
    without
    """.split()
)

# c_Supported_data_types: each spelling of a type, and the type it is
TYPES = {
    "smallint": "smallint",
    "int2": "smallint",
    "integer": "integer",
    "int": "integer",
    "int4": "integer",
    "bigint": "bigint",
    "int8": "bigint",
    "decimal": "numeric",
    "numeric": "numeric",
    "real": "real",
    "float4": "real",
    "double precision": "double precision",
    "float8": "double precision",
    "float": "double precision",
    "boolean": "boolean",
    "bool": "boolean",
    "char": "char",
    "character": "char",
    "nchar": "char",
    "bpchar": "char",
    "varchar": "varchar",
    "character varying": "varchar",
    "nvarchar": "varchar",
    "text": "varchar",
    "date": "date",
    "time": "time",
    "time without time zone": "time",
    "timetz": "timetz",
    "time with time zone": "timetz",
    "timestamp": "timestamp",
    "timestamp without time zone": "timestamp",
    "timestamptz": "timestamptz",
    "timestamp with time zone": "timestamptz",
    "interval year to month": "interval year to month",
    "interval day to second": "interval day to second",
    "super": "super",
    "varbyte": "varbyte",
    "varbinary": "varbyte",
    "binary varying": "varbyte",
    "geometry": "geometry",
    "geography": "geography",
    "hllsketch": "hllsketch",
}
# r_CREATE_TABLE_NEW: the words that begin an attribute of a column, beside DEFAULT
COLUMN_ATTRIBUTES = frozenset(
    "identity generated encode distkey sortkey collate not null unique primary references".split()
)
IDENTITY_TYPES = frozenset({"integer", "bigint"})  # r_CREATE_TABLE_NEW (RS-317)
# r_CREATE_TABLE_NEW: types that are no distribution or sort key (RS-313)
NO_KEY_TYPES = frozenset({"super", "varbyte", "geometry", "geography", "hllsketch"})

_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_DATES = frozenset({"date", "timestamp", "timestamptz"})
_TEXTS = frozenset({"char", "varchar"})
_FLOATS = frozenset({"real", "double precision"})
_ANY = frozenset(TYPES.values())

# c_Compression_encodings: each encoding and the types it takes (RS-318). AZ64 on text and MOSTLYn on what is no
# integer are only warnings there.
ENCODINGS = {
    "az64": _ANY - NO_KEY_TYPES,
    "bytedict": _INTEGERS | _FLOATS | _DATES | _TEXTS | {"numeric"},
    "delta": _INTEGERS | _DATES | {"numeric"},
    "delta32k": _INTEGERS | _DATES | {"numeric"},
    "lzo": _ANY - _FLOATS - {"boolean", "geometry", "geography"},
    "mostly8": _ANY - NO_KEY_TYPES,
    "mostly16": _ANY - NO_KEY_TYPES,
    "mostly32": _ANY - NO_KEY_TYPES,
    "raw": _ANY,
    "runlength": _INTEGERS | _FLOATS | _DATES | _TEXTS | {"numeric", "boolean", "time", "timetz"},
    "text255": frozenset({"varchar"}),
    "text32k": frozenset({"varchar"}),
    "zstd": _ANY,
}

NEVER_WIDER = frozenset({"bytedict", "runlength", "text255", "text32k"})  # r_ALTER_TABLE (RS-307)
# c_Compression_encodings: what Redshift gives a column of a type when nobody chooses
DEFAULT_ENCODINGS = {
    "BIGINT": "az64",
    "BOOLEAN": "raw",
    "DATE": "az64",
    "DOUBLE PRECISION": "raw",
    "INTEGER": "az64",
    "NUMERIC": "az64",
    "REAL": "raw",
    "SMALLINT": "az64",
    "SUPER": "zstd",
    "TIME": "az64",
    "TIMESTAMP": "az64",
    "TIMESTAMPTZ": "az64",
    "VARBYTE": "lzo",
    "VARCHAR": "lzo",
}

# r_GRANT: privileges on objects; those that begin no system permission. RS-508: the two that can be given on columns.
PRIVILEGES = frozenset(
    """
    all alter create delete drop execute explain insert references select share temp temporary truncate update usage
    """.split()
)
ONE_WORD = frozenset("delete execute insert references select share temp temporary update usage".split())
COLUMN_PRIVILEGES = frozenset({"select", "update"})
# r_GRANT: system permissions of one word; all of more than one word are system permissions too (RS-507)
SYSTEM_PERMISSIONS = frozenset({"analyze", "cancel", "vacuum"})
