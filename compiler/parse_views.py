"""CREATE VIEW and DROP VIEW (r_CREATE_VIEW, r_DROP_VIEW)."""

from __future__ import annotations

from .cursor import Cursor
from .parse_columns import columns
from .statement_tables import CreateView, DropView

_UNBOUND = ["with", "no", "schema", "binding"]


def create_view(cursor: Cursor) -> CreateView:
    """CREATE [OR REPLACE] VIEW, from the word after CREATE on."""
    replaces = cursor.take("or", "replace")
    cursor.expect("view")
    name = cursor.qualified()
    names = columns(cursor) if cursor.at("(") else ()
    cursor.expect("as")
    if not cursor.at_any(("select", "with", "(")):
        raise cursor.error()
    query = cursor.expression()
    is_bound = [token.word for token in query[-len(_UNBOUND) :]] != _UNBOUND
    query = query if is_bound else query[: -len(_UNBOUND)]
    return CreateView(name=name, query=query, replaces=replaces, columns=names, is_bound=is_bound)


def drop_view(cursor: Cursor) -> DropView:
    """DROP VIEW, from VIEW on."""
    cursor.expect("view")
    if_exists = cursor.take("if", "exists")
    views = cursor.listed(cursor.qualified)
    cascade = cursor.one_of("cascade", "restrict") == "cascade"
    return DropView(views=views, if_exists=if_exists, cascade=cascade)
