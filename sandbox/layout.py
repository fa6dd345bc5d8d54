"""What CREATE TABLE and ALTER TABLE say of a table's layout, written down for the catalog's views by `layout.sql`.

Temporary tables are not written down: they are gone with the session, and no view shows their layout.
**A table that says nothing beyond AUTO writes nothing.**
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from streamplan.compiler.grammar import statement
from streamplan.compiler.statement_parts import Name
from streamplan.compiler.statement_tables import (
    AddColumn,
    AlterColumnEncode,
    AlterLayout,
    CreateTable,
    CreateTableAs,
    Layout,
    SortStyle,
)

from .decision import Translation
from .names import LongNames, literal, quoted
from .spell import Tokens

_PLAIN = {"", "AUTO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a statement says; "" and nothing leave a thing as it is. `encodings` are pairs of column and word."""

    dist: str = ""
    distkey: str = ""
    sort: str = ""
    sortkeys: tuple[str, ...] = ()
    encodings: tuple[tuple[str, str], ...] = ()
    keyed: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is what a table has that says nothing."""
        return self.dist in _PLAIN and self.sort in _PLAIN and not (self.encodings or self.keyed)


def created(tokens: Tokens, names: LongNames) -> tuple[str, ...]:
    """What runs behind a CREATE TABLE."""
    match statement(tuple(tokens), tokens[-1].end):
        case CreateTable(temporary=False) as it if not it.name.last.startswith("#"):
            likes = (f"{_text(it.name, names)}, {_text(like.table, names)}" for like in it.likes)
            copied = tuple(f"SELECT pg_catalog.sandbox_lay_out_like({both})" for both in likes)
            return (*copied, *_written(it.name, _of_table(it), names))
        case CreateTableAs(temporary=False) as it if not it.name.last.startswith("#"):
            return _written(it.name, _of_layout(it.layout), names)
    return ()


def added(tokens: Tokens, names: LongNames) -> tuple[str, ...]:
    """What runs behind an ADD COLUMN."""
    match statement(tuple(tokens), tokens[-1].end):
        case AddColumn(column=column) as it if column.encode:
            said = _Said(encodings=((column.name.last, column.encode),))
            return (_call(it.table, said, names, fresh=False),)
    return ()


def altered(tokens: Tokens, table: str, names: LongNames) -> Translation | None:
    """ALTER of a layout or of encodings; None when the statement is another.

    PostgreSQL gets an ALTER TABLE that changes nothing: it locks, asks whose the table is, and is answered as one.
    """
    match statement(tuple(tokens), tokens[-1].end):
        case AlterColumnEncode() as it:
            said = _Said(encodings=tuple((column.last, word) for column, word in it.encodings))
            before = _call(it.table, said, names, fresh=False)
        case AlterLayout(layout=Layout(encode_auto=True)) as it:
            before = f"SELECT pg_catalog.sandbox_encode_auto({_text(it.table, names)})"
        case AlterLayout() as it:
            before = _call(it.table, _of_layout(it.layout), names, fresh=False)
        case _:
            return None
    return Translation(sql=f"{table} RESET (fillfactor)", before=(before,))


def _written(table: Name, said: _Said, names: LongNames) -> tuple[str, ...]:
    return () if said.is_plain else (_call(table, said, names, fresh=True),)


def _of_layout(layout: Layout) -> _Said:
    distkey = layout.distkey[0].last if layout.distkey else ""
    dist = "KEY" if distkey else layout.diststyle.upper()
    sort = (layout.sort_style or "").upper()
    return _Said(dist=dist, distkey=distkey, sort=sort, sortkeys=tuple(name.last for name in layout.sortkey))


def _of_table(it: CreateTable) -> _Said:
    said = _of_layout(it.layout)
    sortkeys = tuple(column.name.last for column in it.columns if column.sortkey)
    distkey = next((column.name.last for column in it.columns if column.distkey), said.distkey)
    keyed = [c.name.last for c in it.columns if c.primary_key or c.unique or c.references]
    keyed += [name.last for constraint in it.constraints for name in constraint.columns]
    return _Said(
        dist="KEY" if distkey else said.dist,
        distkey=distkey,
        sort=SortStyle.COMPOUND.upper() if sortkeys else said.sort,
        sortkeys=sortkeys or said.sortkeys,
        encodings=tuple((column.name.last, column.encode) for column in it.columns if column.encode),
        keyed=tuple(keyed),
    )


def _call(table: Name, said: _Said, names: LongNames, *, fresh: bool) -> str:
    arguments = (
        _text(table, names),
        str(fresh).lower(),
        _or_null(said.dist),
        _or_null(names.short(said.distkey)),
        _or_null(said.sort),
        _array(names.short(column) for column in said.sortkeys),
        _array(names.short(column) for column, _ in said.encodings),
        _array(word for _, word in said.encodings),
        _array(names.short(column) for column in said.keyed),
    )
    return f"SELECT pg_catalog.sandbox_lay_out({', '.join(arguments)})"


def _text(table: Name, names: LongNames) -> str:
    """The table's name as a literal, which PostgreSQL reads as a name."""
    return literal(".".join(quoted(names.short(part)) for part in table.parts))


def _or_null(value: str) -> str:
    return literal(value) if value else "NULL"


def _array(values: Iterable[str]) -> str:
    return f"ARRAY[{', '.join(literal(value) for value in values)}]::text[]"
