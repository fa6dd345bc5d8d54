"""The rules of tables: what CREATE TABLE and ALTER TABLE may say about columns, types and layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .redshift import (
    CHAR_BYTES,
    DECIMAL_DIGITS,
    DECIMAL_SCALE,
    ENCODINGS,
    IDENTITY_TYPES,
    INTERLEAVED_COLUMNS,
    NO_KEY_TYPES,
    SORT_COLUMNS,
    SYSTEM_COLUMNS,
    TABLE_COLUMNS,
    TYPES,
    VARBYTE_BYTES,
    VARCHAR_BYTES,
)
from .statement_parts import Name, TypeName
from .statement_tables import (
    AddColumn,
    AlterColumnEncode,
    AlterColumnType,
    AlterLayout,
    Column,
    CreateTable,
    CreateTableAs,
    CreateView,
    Layout,
    RenameColumn,
    SortStyle,
)
from .statements import Statement
from .violation import SYNTAX, Violation

_MODIFIERS = {"numeric": 2, "time": 1, "timetz": 1, "timestamp": 1, "timestamptz": 1, "interval day to second": 1}
_SIZED = "write VARCHAR(n), CHAR(n), VARBYTE(n) or DECIMAL(p, s), and the other types without a size"
_LENGTHS = {"varchar": VARCHAR_BYTES, "char": CHAR_BYTES, "varbyte": VARBYTE_BYTES}


def table_violations(statement: Statement) -> Iterator[Violation]:
    """What is wrong with a statement about a table."""
    match statement:
        case CreateTable():
            yield from _create(statement)
        case CreateTableAs():
            yield from _temporary(statement.name, temporary=statement.temporary)
            yield from _names(statement.columns)
            yield from (_system(name) for name in statement.columns if name.last in SYSTEM_COLUMNS)
            yield from _layout(statement.layout, {})
        case CreateView():
            yield from _names(statement.columns)
        case RenameColumn() if statement.to.last in SYSTEM_COLUMNS:
            yield _system(statement.to)
        case AddColumn():
            yield from _added(statement)
        case AlterColumnType():
            yield from _retyped(statement)
        case AlterColumnEncode():
            unknown = (name for name, word in statement.encodings if word != "auto" and word not in ENCODINGS)
            yield from (_no_encoding(name) for name in unknown)
        case AlterLayout():
            yield from _layout(statement.layout, {})


def _create(statement: CreateTable) -> Iterator[Violation]:
    yield from _temporary(statement.name, temporary=statement.temporary)
    for column in statement.columns:
        yield from _column(column)
    yield from _names(column.name for column in statement.columns)
    if len(statement.columns) > TABLE_COLUMNS:
        message = f"tables can have at most {TABLE_COLUMNS} columns"
        yield Violation(rule="RS-319", message=message, sqlstate="54011", position=statement.name.start)
    if statement.likes and statement.layout.is_given:
        message = "CREATE TABLE LIKE cannot be used with DISTSTYLE, DISTKEY, SORTKEY or BACKUP"
        yield Violation(rule="RS-315", message=message, sqlstate=SYNTAX, position=statement.layout.start)
    types = {column.name.last: TYPES.get(column.type.words, "") for column in statement.columns}
    keyed = tuple(column.name for column in statement.columns if column.distkey)
    yield from _layout(statement.layout, types, keyed)


def _temporary(name: Name, *, temporary: bool) -> Iterator[Violation]:
    if (temporary or name.last.startswith("#")) and len(name.parts) > 1:
        message = "cannot create temporary relation in non-temporary schema"
        yield Violation(rule="RS-314", message=message, sqlstate="42P16", position=name.start)


def _names(names: Iterable[Name]) -> Iterator[Violation]:
    seen: set[str] = set()
    for name in names:
        if name.last in seen:
            message = f'column "{name.last}" specified more than once'
            yield Violation(rule="RS-409", message=message, sqlstate="42701", position=name.start)
        seen.add(name.last)


def _system(name: Name) -> Violation:
    message = f'column name "{name.last}" conflicts with a system column name'
    return Violation(rule="RS-408", message=message, sqlstate="42701", position=name.start)


def _column(column: Column) -> Iterator[Violation]:
    if column.name.last in SYSTEM_COLUMNS:
        yield _system(column.name)
    yield from _type(column.type)
    kind = TYPES.get(column.type.words, "")
    if column.identity and kind not in IDENTITY_TYPES:
        message = "identity column type must be integer or bigint"
        yield Violation(rule="RS-317", message=message, sqlstate="42P16", position=column.name.start)
    if column.encode and column.encode != "auto" and kind not in ENCODINGS.get(column.encode, ()):
        yield _no_encoding(column.name)
    if (column.distkey or column.sortkey) and kind in NO_KEY_TYPES:
        yield _no_key(column.name, kind)


def _no_encoding(column: Name) -> Violation:
    message = f'invalid encoding type specified for column "{column.last}"'
    return Violation(rule="RS-318", message=message, sqlstate="42P16", position=column.start)


def _type(kind: TypeName) -> Iterator[Violation]:
    known = TYPES.get(kind.words)
    if known is None or kind.is_array:
        shown = f"{kind.words}[]" if kind.is_array else kind.words
        message = f'Column type "{shown}" is not supported' if kind.is_array else f'type "{shown}" does not exist'
        yield Violation(rule="RS-403", message=message, sqlstate="42704", position=kind.start)
    elif known in _LENGTHS and kind.args == ("max",):
        return
    elif "max" in kind.args or len(kind.args) > _most(kind.words, known):
        message = f"type modifiers ({', '.join(kind.args)}) are not those of type {kind.words}"
        yield Violation(rule="", message=message, sqlstate=SYNTAX, position=kind.start, help=_SIZED)
    elif known in _LENGTHS and kind.args:
        yield from _length(kind, known)
    elif known == "numeric" and kind.args:
        yield from _digits(kind)


def _most(words: str, known: str) -> int:
    """How many numbers a type takes in brackets; FLOAT takes its bits, which DOUBLE PRECISION does not."""
    return 1 if known in _LENGTHS or words == "float" else _MODIFIERS.get(known, 0)


def _length(kind: TypeName, known: str) -> Iterator[Violation]:
    limit, length = _LENGTHS[known], int(kind.args[0])
    if length > limit:
        message = f"length for type {kind.words} cannot exceed {limit}"
        yield Violation(rule="RS-401", message=message, sqlstate="22023", position=kind.start)
    elif length < 1:
        message = f"length for type {kind.words} must be at least 1"
        yield Violation(rule="RS-401", message=message, sqlstate="22023", position=kind.start)


def _digits(kind: TypeName) -> Iterator[Violation]:
    precision, scale = int(kind.args[0]), int(kind.args[1]) if len(kind.args) > 1 else 0
    if not 1 <= precision <= DECIMAL_DIGITS:
        message = f"DECIMAL precision {precision} must be between 1 and {DECIMAL_DIGITS}"
        yield Violation(rule="RS-401", message=message, sqlstate="22023", position=kind.start)
    elif not 0 <= scale <= min(precision, DECIMAL_SCALE):
        message = f"DECIMAL scale {scale} must be between 0 and precision {precision}"
        yield Violation(rule="RS-401", message=message, sqlstate="22023", position=kind.start)


def _layout(layout: Layout, types: dict[str, str], keyed: tuple[Name, ...] = ()) -> Iterator[Violation]:
    keys = (*keyed, *layout.distkey)
    if layout.diststyle not in ("", "key") and keys:
        message = f"cannot specify DISTKEY for DISTSTYLE {layout.diststyle.upper()}"
        yield Violation(rule="RS-312", message=message, sqlstate="42P16", position=layout.start)
    if layout.diststyle == "key" and not keys:
        message = "DISTKEY must be specified for DISTSTYLE KEY"
        yield Violation(rule="RS-312", message=message, sqlstate="42P16", position=layout.start)
    if len(keys) > 1:
        message = "only one DISTKEY may be specified"
        yield Violation(rule="RS-312", message=message, sqlstate="42P16", position=keys[1].start)
    limit = INTERLEAVED_COLUMNS if layout.sort_style is SortStyle.INTERLEAVED else SORT_COLUMNS
    if len(layout.sortkey) > limit:
        message = f"a sort key can have at most {limit} columns"
        yield Violation(rule="RS-313", message=message, sqlstate="54011", position=layout.start)
    for name in (*layout.distkey, *layout.sortkey):
        if types.get(name.last) in NO_KEY_TYPES:
            yield _no_key(name, types[name.last])


def _no_key(name: Name, kind: str) -> Violation:
    message = f'column "{name.last}" of type {kind} cannot be a distribution or sort key'
    return Violation(rule="RS-313", message=message, sqlstate="42P16", position=name.start)


def _added(statement: AddColumn) -> Iterator[Violation]:
    column = statement.column
    yield from _column(column)
    if column.not_null and (not column.default or column.default[0].word == "null"):
        message = "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression"
        yield Violation(rule="RS-303", message=message, sqlstate="0A000", position=column.name.start)
    extras = {
        "PRIMARY KEY": column.primary_key,
        "UNIQUE": column.unique,
        "REFERENCES": column.references,
        "IDENTITY": column.identity,
        "DISTKEY": column.distkey,
        "SORTKEY": column.sortkey,
    }
    for word in (word for word, given in extras.items() if given):
        message = f"ALTER TABLE ADD COLUMN does not support columns with {word}"
        yield Violation(rule="RS-304", message=message, sqlstate="0A000", position=column.name.start)


def _retyped(statement: AlterColumnType) -> Iterator[Violation]:
    yield from _type(statement.type)
    if TYPES.get(statement.type.words) != "varchar":
        message = f'cannot alter type of column "{statement.column.last}" to {statement.type.words}'
        yield Violation(rule="RS-305", message=message, sqlstate="0A000", position=statement.type.start)
