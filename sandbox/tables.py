"""CREATE TABLE and ALTER TABLE of Redshift as PostgreSQL's. `layout.py` remembers DISTSTYLE, SORTKEY and ENCODE."""

from __future__ import annotations

from . import constraints, layout
from .columns import column, defined, typed
from .constraints import Limit
from .decision import NotYet, Translation
from .names import LongNames, literal, quoted
from .spell import Tokens, closing, is_name, is_temporary, named, spelled, split, word, words

_TABLE_CONSTRAINTS = frozenset({"primary", "unique", "foreign", "constraint"})
_LAYOUT = frozenset({"diststyle", "distkey", "sortkey", "compound", "interleaved", "encode", "backup"})


def create(tokens: Tokens, names: LongNames) -> Translation:
    """CREATE TABLE with a list of columns, LIKE another, or AS a query."""
    opening = _opening(tokens)
    if opening is None or _is_query(tokens, opening):
        return Translation(sql=_as_query(tokens, names), after=layout.created(tokens, names))
    elements = split(tokens[opening + 1 : closing(tokens, opening)], ",")
    keys = {name for element in elements for name in _key_columns(element, names)}
    definitions = [_element(element, keys, names) for element in elements]
    listed = ", ".join(text for text in definitions if text)
    sql = f"{_head(tokens[:opening], names)} ({listed})"
    return Translation(sql=sql, after=layout.created(tokens, names))


def alter(tokens: Tokens, names: LongNames) -> Translation:
    """ALTER TABLE: one action, as Redshift has it."""
    start = _name_end(tokens, 2)
    table, action = spelled(tokens[:start], names), tokens[start:]
    match words(action):
        case ["add", "column", *_] if word(action[1]) == "column":
            return _by_others(_added(tokens, table, action[2:], names), tokens[2:start], names)
        case ["add", *rest] if not rest or rest[0] not in _TABLE_CONSTRAINTS:
            return _by_others(_added(tokens, table, action[1:], names), tokens[2:start], names)
        case ["add", *_]:
            raise NotYet("ALTER TABLE ADD CONSTRAINT")
        case ["alter", *_] if "type" in words(action):
            return _by_others(_resized(table, tokens[2:start], action, names), tokens[2:start], names)
        case ["drop", *rest] if rest[:1] != ["constraint"]:
            return _dropped(tokens, tokens[2:start], action, names)
        case ["append", *_]:
            raise NotYet("ALTER TABLE APPEND")
    return layout.altered(tokens, table, names) or Translation(sql=spelled(tokens, names))


def _by_others(it: Translation, target: Tokens, names: LongNames) -> Translation:
    """The same for a user who was given ALTER on the table, though it is another's."""
    asked = literal(spelled(target, names))
    lend, take_back = f"SELECT pg_catalog.sandbox_lend({asked})", f"SELECT pg_catalog.sandbox_take_back({asked})"
    return Translation(sql=it.sql, before=(lend, *it.before), after=(*it.after, take_back))


def _added(tokens: Tokens, table: str, definition: Tokens, names: LongNames) -> Translation:
    sql = f"{table} ADD COLUMN {defined(column(definition, names))}"
    return Translation(sql=sql, after=layout.added(tokens, names))


def _resized(table: str, target: Tokens, action: Tokens, names: LongNames) -> Translation:
    """ALTER COLUMN c TYPE VARCHAR(n). The size that the column has already is refused when it runs (RS-308)."""
    at = words(action).index("type")
    name, new = named(action[at - 1], names), typed(action[at + 1 :])
    limit = constraints.name(Limit.BYTES, name)
    asked = f"{literal(spelled(target, names))}, {literal(name)}, {new.size}"
    actions = (
        f"DROP CONSTRAINT IF EXISTS {limit}",
        f"ALTER COLUMN {quoted(name)} TYPE {new.text}",
        f"ADD {constraints.check(Limit.BYTES, name, new.size)}",
    )
    return Translation(sql=f"{table} {', '.join(actions)}", before=(f"SELECT pg_catalog.sandbox_resize({asked})",))


def _dropped(tokens: Tokens, target: Tokens, action: Tokens, names: LongNames) -> Translation:
    """DROP COLUMN, which is refused for a key and for the only column when it runs (RS-310)."""
    column = named(action[2 if word(action[1]) == "column" else 1], names)
    asked = f"{literal(spelled(target, names))}, {literal(column)}"
    return Translation(sql=spelled(tokens, names), before=(f"SELECT pg_catalog.sandbox_drop_column({asked})",))


def _name_end(tokens: Tokens, begin: int) -> int:
    """The place after a name of one or more parts."""
    i = begin + 1
    while i + 1 < len(tokens) and tokens[i].text == "." and is_name(tokens[i + 1]):
        i += 2
    return i


def _opening(tokens: Tokens) -> int | None:
    return next((i for i, token in enumerate(tokens) if token.text == "("), None)


def _is_query(tokens: Tokens, opening: int) -> bool:
    """Whether the bracket does not open a list of columns with types: CTAS."""
    after = closing(tokens, opening) + 1
    return "as" in words(tokens[:opening]) or "as" in words(tokens[after:])


def _as_query(tokens: Tokens, names: LongNames) -> str:
    at = words(tokens).index("as") if "as" in words(tokens) else len(tokens)
    end = next((i for i, w in enumerate(words(tokens[:at])) if w in _LAYOUT), at)
    return f"{_head(tokens[:end], names)} {spelled(tokens[at:], names)}"


def _head(tokens: Tokens, names: LongNames) -> str:
    """CREATE TABLE and its name. A table named #name is temporary."""
    if any(is_temporary(token) for token in tokens) and word(tokens[1]) == "table":
        return f"CREATE TEMP TABLE {spelled(tokens[2:], names)}"
    return spelled([token for token in tokens if word(token) != "local"], names)


def _key_columns(element: Tokens, names: LongNames) -> list[str]:
    """The columns of PRIMARY KEY (a, b)."""
    if words(element[:2]) != ["primary", "key"] and "primary" not in words(element[2:3]):
        return []
    return [named(token, names) for token in element[(_opening(element) or 0) + 1 :] if is_name(token)]


def _element(element: Tokens, keys: set[str], names: LongNames) -> str:
    """One element of the list; "" for a table's constraint."""
    if word(element[0]) == "like":
        return spelled(element, names) + " INCLUDING CONSTRAINTS"
    if word(element[0]) in _TABLE_CONSTRAINTS:
        return ""
    it = column(element, names)
    text = defined(it)
    return f"{text} NOT NULL" if it.name in keys and it.null != "NOT NULL" else text
