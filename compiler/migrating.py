"""The SQL of each change, and of what the model grants: values to the text of one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .model import Column, Distribution, Grant, LatestView, Member, Table
from .redshift import DEFAULT_ENCODINGS
from .sql import Sql, comment, ident, joined, literal
from .template import fill

RANK = "_streamplan_rank"
PLACES = "_streamplan_places"


def create_schema(name: str, why: str) -> str:
    """CREATE SCHEMA, idempotent."""
    return fill("create_schema", lines=(comment(why),), schema=ident(name))


def create_table(table: Table, lines: tuple[Sql, ...] = (), *, repeatable: bool = False) -> str:
    """CREATE TABLE; `repeatable` where it may be there already."""
    return fill(
        "create_table",
        lines=lines or _lines(f"Creates {table.id}.", table.because),
        table=ident(table.schema, table.name),
        columns=[printed(column) for column in table.columns],
        distribution=distribution(table.distribution),
        sort_key=sort_key(table.sort_key),
        repeatable=repeatable,
    )


def printed(column: Column) -> tuple[Sql, Sql]:
    """One column of a CREATE TABLE, and the comment behind it."""
    encoding = f" ENCODE {column.encoding.upper()}" if column.encoding else ""
    required = "" if column.nullable else " NOT NULL"
    return Sql(f"{ident(column.name)} {column.type}{encoding}{required}"), comment(column.because)


def distribution(of: Distribution) -> Sql:
    """The clause of a table."""
    return joined((Sql(f"DISTSTYLE {of.style}"), *([Sql(f"DISTKEY ({ident(of.key)})")] if of.key else [])), "\n")


def sort_key(columns: tuple[str, ...] | None) -> Sql:
    """The clause of a table."""
    if columns is None:
        return Sql("SORTKEY AUTO")
    return Sql(f"COMPOUND SORTKEY ({joined(map(ident, columns), ', ')})")


def _encoding(name: str) -> Sql:
    return Sql(name.upper())


def add_column(table: Table, column: Column) -> str:
    """ALTER TABLE ADD COLUMN: one a statement (RS-302)."""
    return _alter("add_column", table, column, f"Adds {column.name} to {table.id}.")


def widen_column(table: Table, before: Column, after: Column) -> str:
    """ALTER COLUMN TYPE: of VARCHAR only, outside a transaction (RS-305, RS-306)."""
    what = f"Widens {after.name} of {table.id} from {before.type}, outside a transaction: H601."
    return _alter("widen_column", table, after, what)


def is_wide(change: Any) -> str:
    """Whether a column is as wide already: a killed apply goes on without widening twice (RS-308)."""
    table, column = change.table, change.after
    names = {"schema": literal(table.schema), "table": literal(table.name), "column": literal(column.name)}
    return fill("column_is_wide", bytes=column.type.args[0], **names)


def set_distribution(table: Table) -> str:
    """ALTER DISTSTYLE."""
    to = table.distribution
    key = f" DISTKEY {ident(to.key)}" if to.key else ""
    what = f"Spreads the rows of {table.id} in another way: H602, H603."
    return _set(table, what, Sql(f"ALTER DISTSTYLE {to.style}{key}"))


def set_sort_key(table: Table) -> str:
    """ALTER SORTKEY."""
    lines = f"Sorts the rows of {table.id} in another way: H602, H603."
    return _set(table, lines, Sql(f"ALTER {sort_key(table.sort_key)}"))


def set_encoding(table: Table, column: Column) -> str:
    """ALTER COLUMN ENCODE; where nobody chooses any longer, the encoding that Redshift gives the type."""
    encoding = _encoding(column.encoding or DEFAULT_ENCODINGS[column.type.name])
    what = f"Compresses {column.name} of {table.id} in another way: H603."
    return _set(table, what, Sql(f"ALTER COLUMN {ident(column.name)} ENCODE {encoding}"))


def set_comment(table: Table, column: Column | None) -> str:
    """COMMENT ON TABLE or COLUMN; NULL takes it away."""
    text = column.comment if column else table.comment
    name = ident(table.schema, table.name, *([column.name] if column else []))
    return fill(
        "set_comment",
        kind=Sql("COLUMN" if column else "TABLE"),
        name=name,
        text=literal(text) if text else Sql("NULL"),
    )


def drop_view(view: LatestView) -> str:
    """DROP VIEW."""
    return fill("drop_view", view=ident(view.schema, view.name), label=comment(view.id))


def create_view(view: LatestView) -> str:
    """CREATE VIEW of the latest change of each key."""
    table, places = ident(view.schema, view.table), (*view.key, *view.place)
    return fill(
        "create_view",
        label=comment(f"{view.schema}.{view.table}"),
        view=ident(view.schema, view.name),
        table=table,
        columns=[ident(view.schema, view.table, name) for name in view.columns],
        places=joined([ident(name) for name in places], ",\n    "),
        keys=joined([ident(name) for name in view.key], ", "),
        offset=ident(view.place[1]),
        match=joined([Sql(f"{table}.{ident(name)} = {ident(PLACES, name)}") for name in places], "\n  AND "),
        deleted=ident(view.deleted) if view.deleted else Sql(""),
        ranked=ident(PLACES),
        rank=ident(RANK),
    )


def grant(given: Sequence[Grant]) -> str:
    """GRANT of the same privileges to the same grantee on one or many things; giving them again changes nothing."""
    first = given[0]
    because = {one.because for one in given}
    lines = (comment(f"because: {first.because}"),) if len(because) == 1 else ()
    names = [(ident(*one.on.name), comment("" if lines else one.because)) for one in given]
    return fill("grant", lines=lines, names=names, **_privileges(first))


def revoke(taken: Grant) -> str:
    """REVOKE."""
    lines = (comment("No longer needed, or no longer wanted: H606."),)
    return fill("revoke", lines=lines, name=ident(*taken.on.name), **_privileges(taken))


def grant_role(member: Member) -> str:
    """GRANT ROLE; giving a role again changes nothing."""
    lines = (comment(f"{member.user} works with the privileges of {member.role}."),)
    return fill("grant_role", lines=lines, role=ident(member.role), user=ident(member.user))


def revoke_role(member: Member) -> str:
    """REVOKE ROLE."""
    return fill("revoke_role", role=ident(member.role), user=ident(member.user))


def _privileges(of: Grant) -> dict[str, Sql]:
    return {
        "privileges": joined((Sql(privilege.value) for privilege in of.privileges), ", "),
        "kind": Sql(of.on.kind.value),
        "to": Sql(f"{of.to.kind.value} {ident(of.to.name)}"),
    }


def _set(table: Table, what: str, action: Sql) -> str:
    return fill("alter_table", lines=(comment(what),), table=ident(table.schema, table.name), action=action)


def _alter(template: str, table: Table, column: Column, what: str) -> str:
    return fill(
        template,
        lines=_lines(what, column.because),
        table=ident(table.schema, table.name),
        column=ident(column.name),
        type=column.type.sql,
        encoding=_encoding(column.encoding),
    )


def _lines(what: str, because: str) -> tuple[Sql, ...]:
    return (comment(what), *([comment(f"because: {because}")] if because else []))
