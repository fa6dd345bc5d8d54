"""Fills a template with values. The one owner of Jinja2.

Templates loop and quote; they never decide. **Only `Sql` and whole numbers are printed into SQL: anything else
raises.**
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from .sql import Sql, joined


def _only_sql(value: Any) -> Any:
    if isinstance(value, Sql) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise TypeError(f"a template tried to print {value!r}, which is not Sql")


_environment = Environment(
    loader=PackageLoader("streamplan.compiler"),
    autoescape=False,  # noqa: S701 - this is SQL; the guard is `finalize`
    undefined=StrictUndefined,
    finalize=_only_sql,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def _listed(parts: Sequence[Sql]) -> Sql:
    """Parts of one list, a line each. What is not `Sql` raises, as `finalize` does."""
    for part in parts:
        if type(part) is not Sql:
            _only_sql(part)
    return joined(parts, ",\n  ")


def _lines(parts: Sequence[tuple[Sql, Sql]]) -> Sql:
    """Parts of one list, a line each, with a comment behind those that have one."""
    for part, note in parts:
        if type(part) is not Sql or type(note) is not Sql:
            _only_sql(part), _only_sql(note)
    *most, (last, note) = parts
    lines = [Sql(f"{part}, -- {why}" if why else f"{part},") for part, why in most]
    return joined([*lines, Sql(f"{last} -- {note}" if note else last)], "\n  ")


_environment.filters |= {"listed": _listed, "lines": _lines}


@cache
def _template(name: str) -> Template:
    return _environment.get_template(f"{name}.sql")


def fill(template: str, **values: Any) -> str:
    """The text of one statement: `fill("create_table", name=ident("shop", "orders"), ...)`.

    Raises TypeError when a value that is not `Sql` would be printed.
    """
    return _template(template).render(values)


def names() -> tuple[str, ...]:
    """All templates, sorted."""
    return tuple(sorted(name.removesuffix(".sql") for name in _environment.list_templates()))
