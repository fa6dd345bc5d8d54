"""A column definition of Redshift as one of PostgreSQL: its type, its limits as a CHECK, without keys and layout.

Keys are not enforced on Redshift; only a primary key's NOT NULL is.
"""

from __future__ import annotations

from dataclasses import dataclass

from streamplan.compiler.redshift import COLUMN_ATTRIBUTES

from . import constraints
from .constraints import Limit
from .decision import NotYet
from .names import LongNames, quoted
from .spell import Tokens, closing, named, spelled, split, word, words

_ATTRIBUTES = COLUMN_ATTRIBUTES | {"default"}
_TAKES_A_WORD = frozenset({"encode", "collate"})
_VARCHAR = frozenset({"varchar", "character varying", "nvarchar", "text"})
_CHAR = frozenset({"char", "character", "nchar", "bpchar"})
_VARBYTE = frozenset({"varbyte", "varbinary", "binary varying"})
_DECIMAL = frozenset({"decimal", "numeric"})
_DEFAULT_SIZE = {"varchar": 256, "char": 1, "bpchar": 256, "varbyte": 64000}
_MAX = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type in PostgreSQL's words, and the limit that a CHECK must keep."""

    text: str
    limit: Limit | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. `rest` is its default and identity; `null` is NOT NULL, NULL or nothing."""

    name: str
    type: Type
    rest: str
    null: str


def column(tokens: Tokens, names: LongNames) -> Column:
    """The column that a definition makes."""
    end = next((i for i, w in enumerate(words(tokens)) if i and w in _ATTRIBUTES), len(tokens))
    rest, null = _attributes(tokens[end:], names)
    return Column(name=named(tokens[0], names), type=typed(tokens[1:end]), rest=rest, null=null)


def defined(it: Column) -> str:
    """The definition in PostgreSQL's words."""
    limit = constraints.check(it.type.limit, it.name, it.type.size) if it.type.limit else ""
    return " ".join(part for part in (quoted(it.name), it.type.text, it.rest, it.null, limit) if part)


def typed(tokens: Tokens) -> Type:
    """The type that these tokens name."""
    name = " ".join(w for w in words(tokens) if w and w != "max")
    size = _size(tokens)
    if name in _VARCHAR:
        size = _DEFAULT_SIZE["varchar"] if size is None or name == "text" else size
        return Type(text=f"varchar({size})", limit=Limit.BYTES, size=size)
    if name in _CHAR:
        size = size or _DEFAULT_SIZE.get(name, _DEFAULT_SIZE["char"])
        return Type(text=f"char({size})", limit=Limit.ASCII, size=size)
    if name in _VARBYTE:
        size = size or _DEFAULT_SIZE["varbyte"]
        return Type(text="varbyte", limit=Limit.VARBYTE, size=size)
    if name in _DECIMAL and size is None:
        return Type(text="numeric(18,0)")
    return Type(text=" ".join(token.text for token in tokens))


def _size(tokens: Tokens) -> int | None:
    inside = next((i + 1 for i, token in enumerate(tokens) if token.text == "("), None)
    if inside is None or inside >= len(tokens):
        return None
    text = tokens[inside].text
    if text.lower() == "max":
        return _MAX
    return int(text) if text.isdigit() else None


def _attributes(tokens: Tokens, names: LongNames) -> tuple[str, str]:
    """The default and identity, and the nullness, of what follows the type."""
    rest, null, i = list[str](), "", 0
    while i < len(tokens):
        end = _end(tokens, i)
        match words(tokens[i : i + 2]):
            case ["not", "null"]:
                null, end = "NOT NULL", i + 2
            case ["primary", "key"]:
                null = "NOT NULL"
            case ["null", *_]:
                null = null or "NULL"
            case ["default", *_]:
                rest.append(spelled(tokens[i:end], names))
            case ["identity" | "generated", *_]:
                rest.append(_identity(tokens[i:end]))
        i = end
    return " ".join(rest), null


def _end(tokens: Tokens, begin: int) -> int:
    """Where the attribute ends: at the next one outside all brackets."""
    i = begin + (2 if word(tokens[begin]) in _TAKES_A_WORD or word(tokens[begin]) == "default" else 1)
    if word(tokens[begin]) == "generated":
        i = next((n for n in range(begin, len(tokens)) if tokens[n].text == "("), begin)
    if word(tokens[begin]) == "default" and i <= len(tokens) and tokens[i - 1].text == "(":
        i = closing(tokens, i - 1) + 1
    while i < len(tokens) and word(tokens[i]) not in _ATTRIBUTES:
        i = closing(tokens, i) + 1 if tokens[i].text == "(" else i + 1
    return i


def _identity(tokens: Tokens) -> str:
    kind = "BY DEFAULT" if word(tokens[0]) == "generated" else "ALWAYS"
    inside = [i + 1 for i, token in enumerate(tokens) if token.text == "("]
    numbers = split(tokens[inside[0] : -1], ",") if inside else []
    if len(numbers) != 2:  # noqa: PLR2004 - a seed and a step
        raise NotYet("IDENTITY without a seed and a step")
    seed, step = ("".join(token.text for token in part) for part in numbers)
    return f"GENERATED {kind} AS IDENTITY (START WITH {seed} INCREMENT BY {step})"
