"""Reads a YAML file into plain values that know where they were written. The one owner of ruamel.yaml.

It does not know what a spec is.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .diagnostic import CompileError, Diagnostic, Span

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

_HALF = re.compile("[\0\ud800-\udfff]")
Steps: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A parsed YAML file.

    Attributes:
        path: as it is shown in messages.
        text: the file's text.
        data: plain dicts, lists, strings, ints, floats, bools and None.
        values: where each value stands, by its path through `data`.
        keys: where each key stands.

    """

    path: str
    text: str
    data: Any
    values: Mapping[Steps, Span] = field(compare=False)
    keys: Mapping[Steps, Span] = field(compare=False)

    def at(self, *path: str | int) -> Span:
        """The place of a value; of the nearest container that has one when the value was not written."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Span(self.path, 1, 1))

    def key_at(self, *path: str | int) -> Span:
        """The place of a key, or of its value when it has no key."""
        return self.keys.get(path) or self.at(*path)


def read_source(path: Path, shown: str) -> Source:
    """Reads a file; raises CompileError S101 when it cannot be read."""
    try:
        return parse_source(path.read_bytes().decode(), shown)
    except OSError as error:
        raise _failed(shown, "S101", f"cannot read the spec: {error.strerror}", "name a YAML file") from None
    except UnicodeDecodeError as error:
        message = f"the spec is not UTF-8: byte {error.start} cannot be decoded"
        raise _failed(shown, "S101", message, "save it as UTF-8") from None


def parse_source(text: str, shown: str) -> Source:
    """Parses YAML text; raises CompileError S102 for broken YAML and S103 for a duplicate key, each with its place."""
    values: dict[Steps, Span] = {(): Span(shown, 1, 1)}
    keys: dict[Steps, Span] = {}
    try:
        data = _plain(_tree(text, shown), (), shown, values, keys)
    except (LookupError, TypeError, AttributeError, RecursionError):
        message = "it uses YAML that a spec cannot: merge keys, tags, references to itself, or deep nesting"
        raise _failed(shown, "S102", message, "write the values out") from None
    if (place := _unholdable(data, ())) is not None:
        message = "a text holds a NUL or half a character, which nothing downstream can hold"
        span = values.get(place) or keys.get(place) or Span(shown)
        raise CompileError([Diagnostic(span=span, code="S102", message=message, help="remove it")])
    return Source(path=shown, text=text, data=data, values=values, keys=keys)


def _tree(text: str, shown: str) -> Any:
    """What ruamel.yaml makes of a text; it is imported here, since a spec that is remembered does not need it."""
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.constructor import DuplicateKeyError  # noqa: PLC0415
    from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError  # noqa: PLC0415

    try:
        with warnings.catch_warnings(action="ignore", category=ReusedAnchorWarning):
            return YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        raise _marked(error, shown, "S103", "each key may stand once") from None
    except MarkedYAMLError as error:
        raise _marked(
            error, shown, "S102", "mend the YAML here; indentation and brackets are the usual cause"
        ) from None
    except (YAMLError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise _failed(shown, "S102", f"not YAML: {first}", "mend the YAML") from None


def _plain(node: Any, path: Steps, shown: str, values: dict[Steps, Span], keys: dict[Steps, Span]) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415 - as in `_tree`

    match node:
        case CommentedMap():
            for key in node:
                keys[(*path, str(key))] = _span(shown, node.lc.key(key))
                values[(*path, str(key))] = _span(shown, node.lc.value(key))
            return {str(k): _plain(v, (*path, str(k)), shown, values, keys) for k, v in node.items()}
        case CommentedSeq():
            for index in range(len(node)):
                values[(*path, index)] = _span(shown, node.lc.item(index))
            return [_plain(v, (*path, i), shown, values, keys) for i, v in enumerate(node)]
        case bool() | None:
            return node
        case int():
            return int(node)
        case float():
            return float(node)
        case _:
            return str(node)


def _unholdable(data: Any, path: Steps) -> Steps | None:
    """The path of the first text that holds what no file and no database can; None when there is none."""
    match data:
        case dict():
            inner = [(data_, (*path, key)) for key, value in data.items() for data_ in (key, value)]
        case list():
            inner = [(value, (*path, number)) for number, value in enumerate(data)]
        case str() if _HALF.search(data):
            return path
        case _:
            return None
    return next((found for value, at in inner if (found := _unholdable(value, at)) is not None), None)


def _span(shown: str, mark: tuple[int, int]) -> Span:
    return Span(shown, mark[0] + 1, mark[1] + 1)


def _marked(error: MarkedYAMLError, shown: str, code: str, help_: str) -> CompileError:
    mark = error.problem_mark
    span = Span(shown, mark.line + 1, mark.column + 1) if mark else Span(shown)
    problem = (error.problem or "not YAML").splitlines()[0].partition(" with value ")[0]  # a value may be a secret
    return CompileError([Diagnostic(span=span, code=code, message=problem, help=help_)])


def _failed(shown: str, code: str, message: str, help_: str) -> CompileError:
    return CompileError([Diagnostic(span=Span(shown), code=code, message=message, help=help_)])
