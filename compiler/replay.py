"""Runs DDL on a model, as the warehouse would, and tells what tables and views it leaves. Nothing is executed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .grammar import parse
from .model import Model, Table, parse_type
from .redshift import DEFAULT_ENCODINGS
from .statement_access import Grant, Revoke, RevokeRole
from .statement_parts import Name, TypeName
from .statement_tables import (
    AddColumn,
    AlterColumnEncode,
    AlterColumnType,
    AlterLayout,
    Column,
    CreateTable,
    CreateView,
    DropView,
    Layout,
    SortStyle,
)
from .statements import Comment, CreateSchema


@dataclass(slots=True)
class Replayed:
    """One table: name -> (type, nullable, encoding) of its columns, how it is spread and sorted, and its comments."""

    columns: dict[str, tuple[str, bool, str]] = field(default_factory=dict)
    distribution: tuple[str, str] = ("AUTO", "")
    sort_key: tuple[str, ...] | None = None
    comments: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Warehouse:
    """What there is."""

    schemas: set[str] = field(default_factory=set)
    tables: dict[tuple[str, ...], Replayed] = field(default_factory=dict)
    views: set[tuple[str, ...]] = field(default_factory=set)

    def table(self, name: Name) -> Replayed:
        """The table of that name; raises ValueError when there is none."""
        if name.parts not in self.tables:
            raise ValueError(f"relation {'.'.join(name.parts)} does not exist")
        return self.tables[name.parts]


def of_model(model: Model) -> Warehouse:
    """The warehouse that holds a model."""
    return Warehouse(
        schemas=set(model.schemas),
        tables={(table.schema, table.name): _of_table(table) for table in model.tables},
        views={(view.schema, view.name) for view in model.views},
    )


def _of_table(table: Table) -> Replayed:
    comments = {column.name: column.comment for column in table.columns} | {"": table.comment}
    return Replayed(
        columns={c.name: (str(c.type), c.nullable, _encoded(c.encoding, str(c.type))) for c in table.columns},
        distribution=(table.distribution.style, table.distribution.key),
        sort_key=table.sort_key,
        comments={name: text for name, text in comments.items() if text},
    )


def replayed(before: Model, ddl: Iterable[str]) -> Warehouse:
    """What the statements leave; raises ValueError for one that would fail, or is none of a migration's."""
    warehouse = of_model(before)
    for text in ddl:
        _run(warehouse, text)
    return warehouse


def differences(reached: Warehouse, wanted: Warehouse) -> Iterator[str]:
    """Where the DDL leads elsewhere than it shall, in words."""
    for name in sorted({*reached.tables, *wanted.tables}):
        there, meant = reached.tables.get(name), wanted.tables.get(name)
        if there is None or meant is None:
            has = "none" if meant is None else "it"
            yield f"the DDL gives {'no ' if there is None else ''}{'.'.join(name)}, the model has {has}"
        elif there != meant:
            yield from (f"the DDL gives {'.'.join(name)} {what}" for what in _apart(there, meant))
    for what in ("views", "schemas"):
        got, want = sorted(getattr(reached, what)), sorted(getattr(wanted, what))
        if got != want:
            yield f"the DDL gives the {what} {got}, the model has {want}"


def _apart(there: Replayed, meant: Replayed) -> Iterator[str]:
    for column in sorted({*there.columns, *meant.columns}):
        got, want = there.columns.get(column), meant.columns.get(column)
        if got != want:
            yield f"column {column} as {_said(got)}, the model has {_said(want)}"
    for what in ("distribution", "sort_key", "comments"):
        got, want = getattr(there, what), getattr(meant, what)
        if got != want:
            yield f"{what} {got}, the model has {want}"


def _said(column: tuple[str, bool, str] | None) -> str:
    if column is None:
        return "nothing"
    kind, nullable, encoding = column
    return " ".join(filter(None, (kind, "" if nullable else "NOT NULL", encoding)))


def _run(at: Warehouse, text: str) -> None:  # noqa: C901 - one line a kind of statement
    match parse(text):
        case CreateSchema(name=name) if name is not None:
            at.schemas.add(name.last)
        case CreateTable(name=name) as created:
            _create(at, name, created)
        case AddColumn(table=table, column=column):
            _add(at.table(table), column)
        case AlterColumnType(table=table, column=name, type=kind):
            _retype(at.table(table), name.last, kind)
        case AlterColumnEncode(table=table, encodings=encodings):
            for altered, word in encodings:
                _encode(at.table(table), altered.last, word)
        case AlterLayout(table=table, layout=layout):
            _lay_out(at.table(table), layout)
        case Comment(kind=kind, name=name, text=tokens):
            of, part = (Name(parts=name.parts[:-1]), name.last) if kind == "column" else (name, "")
            _comment(at.table(of), part, tokens[0].text)
        case CreateView(name=name):
            at.views.add(name.parts)
        case DropView(views=views):
            at.views -= {name.parts for name in views}
        case Grant() | Revoke() | RevokeRole():
            pass
        case other:
            raise ValueError(f"{type(other).__name__} is not a statement of a migration")


def _create(at: Warehouse, name: Name, created: CreateTable) -> None:
    if name.parts in at.tables:
        raise ValueError(f"relation {'.'.join(name.parts)} already exists")
    at.tables[name.parts] = table = Replayed()
    for column in created.columns:
        _add(table, column)
    _lay_out(table, created.layout)


def _add(table: Replayed, column: Column) -> None:
    if column.name.last in table.columns:
        raise ValueError(f"column {column.name.last} already exists")
    kind = _type(column.type)
    table.columns[column.name.last] = (kind, not column.not_null, _encoded(column.encode or "", kind))


def _retype(table: Replayed, name: str, kind: TypeName) -> None:
    if name not in table.columns:
        raise ValueError(f"column {name} does not exist")
    table.columns[name] = (_type(kind), *table.columns[name][1:])


def _encode(table: Replayed, name: str, word: str) -> None:
    if name not in table.columns:
        raise ValueError(f"column {name} does not exist")
    kind, nullable, _ = table.columns[name]
    table.columns[name] = (kind, nullable, _encoded(word, kind))


def _lay_out(table: Replayed, layout: Layout) -> None:
    if layout.diststyle:
        table.distribution = (layout.diststyle.upper(), "".join(name.last for name in layout.distkey))
    if layout.sort_style is not None:
        table.sort_key = None if layout.sort_style is SortStyle.AUTO else tuple(n.last for n in layout.sortkey)


def _comment(table: Replayed, column: str, literal: str) -> None:
    if column and column not in table.columns:
        raise ValueError(f"column {column} does not exist")
    text = "" if literal.upper() == "NULL" else literal[1:-1].replace("''", "'").replace("\\\\", "\\")
    table.comments.pop(column, None)
    table.comments |= {column: text} if text else {}


def _encoded(word: str, kind: str) -> str:
    """The encoding where one was chosen; that which Redshift gives the type is as good as none."""
    return "" if word in ("", "auto", DEFAULT_ENCODINGS.get(kind.partition("(")[0])) else word


def _type(kind: TypeName) -> str:
    written = f"{kind.words}({','.join(kind.args)})" if kind.args else kind.words
    return str(parse_type(written) or written)
