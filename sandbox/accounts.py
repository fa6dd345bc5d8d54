"""Users, roles, groups and grants of Redshift as PostgreSQL's roles.

A user is a role that may log in; what is kept of its password is a setting of its own (`passwords.py`). A role of
Redshift is told from a group by its connection limit of 0, which nothing that cannot log in needs.
"""

from __future__ import annotations

import re

from streamplan.compiler.lex import TokenKind, cut, fold

from . import passwords
from .decision import NotYet, Translation
from .names import LongNames, literal, quoted
from .spell import Tokens, bare, cased, named, spelled, split, word, words

_NO_ARGUMENT = frozenset({"createdb", "nocreatedb", "createuser", "nocreateuser"})
_PRIVILEGES = frozenset(
    [
        "select",
        "insert",
        "update",
        "delete",
        "truncate",
        "references",
        "create",
        "usage",
        "temp",
        "temporary",
        "execute",
        "all",
        "alter",
        "connect",
    ]
)
_ALTER = re.compile(r"\bALTER\b", re.IGNORECASE)  # PostgreSQL lets owners alter; MAINTAIN remembers who else may
_MEMBER = frozenset({"role", "group"})


def create_user(tokens: Tokens, names: LongNames) -> Translation:
    """CREATE USER name with its options."""
    user, options = quoted(cased(tokens[2], names)), _user_options(tokens[3:], names)
    return Translation(sql=" ".join(("CREATE USER", user, *options)), after=_password(user, tokens))


def alter_user(tokens: Tokens, names: LongNames) -> Translation:
    """ALTER USER name with options, or SET, RESET, RENAME."""
    user = quoted(cased(tokens[2], names))
    if word(tokens[3]) in {"set", "reset", "rename"}:
        return Translation(sql=f"ALTER USER {user} {spelled(tokens[3:], names)}")
    options = _user_options(tokens[3:], names)
    return Translation(sql=" ".join(("ALTER USER", user, *options)), after=_password(user, tokens))


def _password(user: str, tokens: Tokens) -> tuple[str, ...]:
    """The statement that keeps the password that a user is given, or, after PASSWORD DISABLE, forgets it."""
    if "password" not in words(tokens[3:]):
        return ()
    given = tokens[3 + words(tokens[3:]).index("password") + 1]
    if word(given) == "disable":
        return (f"ALTER USER {user} RESET {passwords.SETTING}",)
    logs_in = cut(bare(tokens[2])) if tokens[2].kind is TokenKind.QUOTED else fold(tokens[2].text)
    hashed = passwords.kept(logs_in, given.text[1:-1].replace("''", "'"))
    return (f"ALTER USER {user} SET {passwords.SETTING} TO {literal(hashed)}",)


def drop_user(tokens: Tokens, names: LongNames) -> Translation:
    """DROP USER [IF EXISTS] a, b."""
    begin = 4 if words(tokens[2:4]) == ["if", "exists"] else 2
    users = frozenset(i for i in range(begin, len(tokens)) if tokens[i].text != ",")
    return Translation(sql=spelled(tokens, names, users))


def create_role(tokens: Tokens, names: LongNames) -> Translation:
    """CREATE ROLE name [EXTERNALID x]."""
    return Translation(sql=f"CREATE ROLE {quoted(named(tokens[2], names))} NOLOGIN CONNECTION LIMIT 0")


def create_group(tokens: Tokens, names: LongNames) -> Translation:
    """CREATE GROUP name [WITH USER a, b]."""
    at = words(tokens).index("user") if "user" in words(tokens) else len(tokens)
    users = ", ".join(quoted(cased(token, names)) for token in tokens[at + 1 :] if token.text != ",")
    members = f" USER {users}" if users else ""
    return Translation(sql=f"CREATE GROUP {quoted(named(tokens[2], names))}{members}")


def drop_role(tokens: Tokens, names: LongNames) -> Translation:
    """DROP ROLE name [FORCE | RESTRICT]."""
    return Translation(sql=f"DROP ROLE {quoted(named(tokens[2], names))}")


def grant(tokens: Tokens, names: LongNames) -> Translation:
    """GRANT and REVOKE of privileges on an object, and of roles. Raises NotYet for the kinds that PostgreSQL lacks."""
    way = words(tokens)
    to = _last(way, "to" if way[0] == "grant" else "from")
    _known(tokens, to)
    if "role" in way[1:4] and "on" not in way[:to]:
        given = [token for token in tokens[:to] if word(token) != "role"]
        return Translation(sql=f"{spelled(given, names)} {_grantees(tokens[to:], names)}")
    on = way.index("on") if "on" in way else to
    privileges = _ALTER.sub("MAINTAIN", spelled(tokens[:on], names))
    return Translation(sql=f"{privileges} {spelled(tokens[on:to], names)} {_grantees(tokens[to:], names)}")


def _last(way: list[str], end: str) -> int:
    places = [i for i, w in enumerate(way) if w == end]
    if not places:
        raise NotYet("a grant without a grantee")
    return places[-1]


def _known(tokens: Tokens, to: int) -> None:
    """Refuses privileges without a counterpart: scoped ones, IAM's, the system's, and newer ones on tables."""
    way = words(tokens[:to])
    if "for" in way[1:] and way[1:4] != ["grant", "option", "for"] and way[1:4] != ["admin", "option", "for"]:
        raise NotYet("scoped permissions (GRANT ... FOR TABLES IN ...)")
    if "assumerole" in way:
        raise NotYet("ASSUMEROLE")
    if "role" in way[1:4] and "on" not in way:
        return
    if "on" not in way:
        raise NotYet("system permissions of roles")
    begin = 4 if way[1:4] == ["grant", "option", "for"] else 1
    for part in split(tokens[begin : way.index("on")], ","):
        if word(part[0]) not in _PRIVILEGES:
            raise NotYet(f"the privilege {part[0].text.upper()}")


def _grantees(tokens: Tokens, names: LongNames) -> str:
    """TO or FROM, the grantees, and WITH ... OPTION. Users keep their case."""
    end = next((i for i, w in enumerate(words(tokens)) if i and w in {"with", "cascade", "restrict"}), len(tokens))
    given = [_grantee(part, names) for part in split(tokens[1:end], ",")]
    rest = spelled(tokens[end:], names)
    return " ".join(part for part in (tokens[0].text, ", ".join(given), rest) if part)


def _grantee(part: Tokens, names: LongNames) -> str:
    if len(part) > 1 and word(part[0]) in _MEMBER:
        return quoted(named(part[1], names))
    return "PUBLIC" if word(part[0]) == "public" else quoted(cased(part[0], names))


def _user_options(tokens: Tokens, names: LongNames) -> list[str]:
    options, i = list[str](), 0
    while i < len(tokens):
        match words(tokens[i : i + 3]):
            case ["with", *_]:
                i += 1
            case ["password", *_] | ["externalid", *_]:
                i += 2
            case ["syslog", "access", _] | ["session", "timeout", _]:
                i += 3
            case ["connection", "limit", limit]:
                options.append(f"CONNECTION LIMIT {-1 if limit == 'unlimited' else tokens[i + 2].text}")
                i += 3
            case ["createuser" | "nocreateuser" as option, *_]:
                options.append(option.upper().replace("CREATEUSER", "SUPERUSER"))
                i += 1
            case [option, *_] if option in _NO_ARGUMENT:
                options.append(option.upper())
                i += 1
            case _:
                return [*options, spelled(tokens[i:], names)]
    return options
