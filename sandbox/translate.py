"""A statement of Redshift as one of PostgreSQL, by its first words. What has no counterpart is refused as not done yet.

It takes for granted that Redshift accepts the statement: `refuse.py` has seen it before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from . import accounts, copying, tables
from .decision import NotYet, Translation
from .names import LongNames, literal, quoted
from .spell import Tokens, cased, spelled, split, word, words

Translate: TypeAlias = Callable[[Tokens, LongNames], Translation]

# Settings of Redshift that PostgreSQL lacks. They can be set, and change nothing.
_SETTINGS = frozenset(
    {
        "query_group",
        "enable_case_sensitive_identifier",
        "enable_result_cache_for_session",
        "error_on_nondeterministic_update",
        "json_parse_truncate_strings",
        "wlm_query_slot_count",
        "analyze_threshold_percent",
    }
)
_ON = frozenset({"on", "true", "1", "'on'", "'true'"})


def translated(tokens: Tokens, names: LongNames) -> Translation:
    """The statement for PostgreSQL. Raises NotYet."""
    first = words(tokens[:4])
    for opening, translate in _BY_OPENING:
        if tuple(first[: len(opening)]) == opening:
            return translate(tokens, names)
    if first[:1] == ["create"] and "table" in first and "external" not in first:
        return tables.create(tokens, names)
    return Translation(sql=spelled(tokens, names))


def _schema(tokens: Tokens, names: LongNames) -> Translation:
    end = words(tokens).index("quota") if "quota" in words(tokens) else len(tokens)
    at = words(tokens).index("authorization") + 1 if "authorization" in words(tokens) else 0
    return Translation(sql=spelled(tokens[:end], names, frozenset({at} if at else ())))


def _database(tokens: Tokens, names: LongNames) -> Translation:
    at = words(tokens).index("owner") + 1 if "owner" in words(tokens) else 0
    owner = f" OWNER {quoted(cased(tokens[at], names))}" if at else ""
    return Translation(sql=f"{spelled(tokens[:3], names)}{owner}")


def _view(tokens: Tokens, names: LongNames) -> Translation:
    """CREATE VIEW. PostgreSQL binds every view to what it reads, also one WITH NO SCHEMA BINDING."""
    is_unbound = words(tokens[-4:]) == ["with", "no", "schema", "binding"]
    return Translation(sql=spelled(tokens[:-4] if is_unbound else tokens, names))


def _truncate(tokens: Tokens, names: LongNames) -> Translation:
    """TRUNCATE commits the transaction it stands in (RS-334)."""
    return Translation(sql=spelled(tokens, names), after=("COMMIT",))


def _lock(tokens: Tokens, names: LongNames) -> Translation:
    """LOCK: it takes no snapshot, so that what is read behind it was committed by whoever held the lock before."""
    tables = [spelled(table, names) for table in split(tokens[2 if word(tokens[1]) == "table" else 1 :], ",")]
    return Translation(sql=f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")


def _begin(tokens: Tokens, names: LongNames) -> Translation:
    """The isolation level is the database's, whatever BEGIN asks for."""
    del names
    return Translation(sql="BEGIN READ ONLY" if "only" in words(tokens) else "BEGIN")


def _set(tokens: Tokens, names: LongNames) -> Translation:
    setting = word(tokens[1])
    if setting not in _SETTINGS:
        return Translation(sql=spelled(tokens, names))
    value = tokens[-1].text
    if setting == "enable_case_sensitive_identifier" and value.lower() in _ON:
        raise NotYet("case-sensitive identifiers")
    return Translation(sql=f"SET redshift.{setting} TO {value if value[:1] == chr(39) else literal(value)}")


def _show(tokens: Tokens, names: LongNames) -> Translation:
    if len(tokens) == 2 and word(tokens[1]) in _SETTINGS:  # noqa: PLR2004 - SHOW and one word
        name = word(tokens[1])
        return Translation(sql=f"SELECT current_setting({literal('redshift.' + name)}, true) AS {name}")
    return Translation(sql=spelled(tokens, names))


def _merge(tokens: Tokens, names: LongNames) -> Translation:
    if words(tokens[-2:]) == ["remove", "duplicates"]:
        raise NotYet("MERGE ... REMOVE DUPLICATES")
    return Translation(sql=spelled(tokens, names))


def _not_yet(tokens: Tokens, names: LongNames) -> Translation:
    del names
    raise NotYet(" ".join(w.upper() for w in words(tokens[:2]) if w))


_BY_OPENING: tuple[tuple[tuple[str, ...], Translate], ...] = (
    (("create", "table"), tables.create),
    (("create", "user"), accounts.create_user),
    (("create", "role"), accounts.create_role),
    (("create", "group"), accounts.create_group),
    (("create", "schema"), _schema),
    (("create", "database"), _database),
    (("create", "view"), _view),
    (("create", "or", "replace", "view"), _view),
    (("create", "external"), _not_yet),
    (("create", "materialized"), _not_yet),
    (("alter", "table"), tables.alter),
    (("alter", "user"), accounts.alter_user),
    (("alter", "default"), _not_yet),
    (("drop", "user"), accounts.drop_user),
    (("drop", "role"), accounts.drop_role),
    (("grant",), accounts.grant),
    (("revoke",), accounts.grant),
    (("truncate",), _truncate),
    (("lock",), _lock),
    (("begin",), _begin),
    (("start",), _begin),
    (("set",), _set),
    (("show",), _show),
    (("merge",), _merge),
    (("copy",), copying.translated),
    (("unload",), _not_yet),
    (("vacuum",), _not_yet),
)
