"""Tells when events have a shape that the plan does not know: once for each shape, at no cost for the events after it.

What the plan knows and refuses (a type or a key that came later, and that was reviewed) is no drift: such records go to
quarantine. **It decides nothing: what to do with a drift is the plan's to say and the loop's to do.**
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from .envelope import Kind, Row, Shape
from .modes import KeySource, Origin, Policy
from .table_program import Field, TableProgram

_LENGTH = "__debezium.source.column.length"  # set by the connector's column.propagate.source.type
_SOURCE_TYPE = "__debezium.source.column.type"
_PRECISION, _SCALE = "connect.decimal.precision", "scale"
_UTF8_BYTES = 4  # the most that one character takes
_STRING, _LONGEST = "string", 65_535


@dataclass(frozen=True, slots=True)
class Added:
    """A field that the plan does not know."""

    field: str


@dataclass(frozen=True, slots=True)
class Retyped:
    """A field whose type none of its columns takes; `expects` are the types that they take."""

    field: str
    now: str
    expects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wider:
    """A field whose values may be longer, or have more digits, than its column holds."""

    field: str
    now: str
    holds: str


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """A record key of other fields than the plan's."""

    now: tuple[str, ...]
    expects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic of the source that the plan has no table for."""

    topic: str


Finding: TypeAlias = Added | Retyped | Wider | Rekeyed | NewTopic


class Drift(Exception):  # noqa: N818 - a finding, not an error
    """An event has a shape that the plan does not know; `policy` is what the plan says of that."""

    def __init__(self, findings: tuple[Finding, ...], policy: Policy) -> None:
        super().__init__(words(findings))
        self.findings, self.policy = findings, policy

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that it is about; none of a new topic."""
        return tuple(dict.fromkeys(name for finding in self.findings for name in _fields(finding)))


def words(findings: tuple[Finding, ...]) -> str:
    """What was found, as it is said of a record."""
    unknown = [finding.field for finding in findings if isinstance(finding, Added)]
    said = [f"has fields that the plan does not know: {', '.join(unknown)}"] if unknown else []
    said += [_said(finding) for finding in findings if not isinstance(finding, Added)]
    return "; ".join(said)


def _said(finding: Retyped | Wider | Rekeyed | NewTopic) -> str:
    match finding:
        case Retyped(field, now, expects):
            return f'has field "{field}" as {now}, and the plan expects {" or ".join(expects)}'
        case Wider(field, now, holds):
            return f'has field "{field}" as {now}, and its column holds {holds}'
        case Rekeyed(now, expects):
            return f"has the key ({', '.join(now)}), and the plan has ({', '.join(expects)})"
        case NewTopic():
            return "is of a topic that the plan has no table for"
        case _:
            assert_never(finding)


def _fields(finding: Finding) -> tuple[str, ...]:
    match finding:
        case Added() | Retyped() | Wider():
            return (finding.field,)
        case Rekeyed():
            return tuple(sorted({*finding.now} ^ {*finding.expects})) or finding.now
        case NewTopic():
            return ()
        case _:
            assert_never(finding)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found of a shape. `told` says whether the shape came with types."""

    unknown: tuple[str, ...]
    changed: tuple[Finding, ...]
    told: bool


class Watch:
    """Watches the shapes of one table's events.

    Attributes:
        dropped: under `ignore`, how many records had each field that the plan does not know: topic to field to count.

    """

    def __init__(self, program: TableProgram, dropped: dict[str, dict[str, int]] | None = None) -> None:
        self._policy, self._program = program.evolution, program
        self._columns: dict[str, list[Field]] = {}
        for field in program.fields:
            if field.origin is Origin.VALUE:
                self._columns.setdefault(field.field, []).append(field)
        self._known = frozenset((*self._columns, *program.excluded))
        self._rows: dict[Shape, _Seen | None] = {}
        self._keys: dict[Shape, tuple[Finding, ...]] = {}
        self.dropped = {} if dropped is None else dropped

    def row(self, row: Row, shape: Shape, keyed: tuple[Row, Shape] | None, topic: str) -> None:
        """Looks at the shapes of a row and of its record's key; raises Drift where the plan does not say ignore."""
        if shape not in self._rows:
            self._rows[shape] = self._looked(shape)
        seen = self._rows[shape]
        if self._policy is Policy.IGNORE:
            self._drop(row, seen, topic)
            return
        of_key = self._of_key(keyed)
        if (seen or of_key) and (findings := (*self._of_row(row, seen), *of_key)):
            raise Drift(findings, self._policy)

    def key(self, keyed: tuple[Row, Shape] | None) -> None:
        """Looks at the shape of the key of a row that is gone; raises Drift where the plan does not say ignore."""
        if self._policy is not Policy.IGNORE and (findings := self._of_key(keyed)):
            raise Drift(findings, self._policy)

    def refused(self, row: Row, shape: Shape, keyed: tuple[Row, Shape] | None) -> tuple[Finding, ...]:
        """What the plan does not take of a record, be it known to the plan or not."""
        seen = self._looked(shape, strict=True)
        return (*self._of_row(row, seen), *(self._rekeyed(keyed[1], strict=True) if keyed else ()))

    def _looked(self, shape: Shape, *, strict: bool = False) -> _Seen | None:
        unknown = tuple(sorted(shape.names - self._known))
        changed = tuple(
            finding
            for name, kind in shape.kinds.items()
            for finding in _changed(name, kind, self._columns.get(name, []), strict=strict)
        )
        return _Seen(unknown, changed, bool(shape.kinds)) if unknown or changed else None

    @staticmethod
    def _of_row(row: Row, seen: _Seen | None) -> tuple[Finding, ...]:
        """Without a schema, a field that is null says nothing: it is new when it first has a value."""
        if seen is None:
            return ()
        unknown = seen.unknown if seen.told else [name for name in seen.unknown if row.get(name) is not None]
        return (*map(Added, unknown), *seen.changed)

    def _of_key(self, keyed: tuple[Row, Shape] | None) -> tuple[Finding, ...]:
        if keyed is None:
            return ()
        shape = keyed[1]
        if shape not in self._keys:
            self._keys[shape] = self._rekeyed(shape)
        return self._keys[shape]

    def _rekeyed(self, shape: Shape, *, strict: bool = False) -> tuple[Finding, ...]:
        key = self._program.key
        named = shape.names - {*self._program.excluded}
        known = {frozenset(names) for names in (() if strict else self._program.other_keys)}
        if self._program.key_from is not KeySource.RECORD_KEY or named == {*key} or named in known:
            return ()
        now = tuple(name for name in key if name in named) + tuple(sorted(named - {*key}))
        return (Rekeyed(now, key),)

    def _drop(self, row: Row, seen: _Seen | None, topic: str) -> None:
        for name in seen.unknown if seen else ():
            if name in row:
                counts = self.dropped.setdefault(topic, {})
                counts[name] = counts.get(name, 0) + 1


def _changed(name: str, kind: Kind, columns: list[Field], *, strict: bool) -> tuple[Finding, ...]:
    """What none of the field's columns takes as it is now."""
    if not columns:
        return ()
    takes = [column for column in columns if kind.text in column.accepts]
    if takes:
        return tuple(finding for column in takes[:1] for finding in _wider(name, kind, column))
    known = {refused for column in columns for refused in column.refuses}
    if kind.text in known and not strict:
        return ()
    return (Retyped(name, kind.text, tuple(accepted for column in columns for accepted in column.accepts)),)


def _wider(name: str, kind: Kind, column: Field) -> tuple[Finding, ...]:
    """A length or digits that are more than the column holds, and more than was known when it was chosen."""
    try:
        found = _longer(kind, column.args) or _more_digits(kind, column.args)
    except ValueError:  # a parameter that is no number: the record is refused where it is converted
        return ()
    return (Wider(name, *found),) if found else ()


def _longer(kind: Kind, args: Mapping[str, Any]) -> tuple[str, str] | None:
    """A length counts characters where the source's type is one of characters."""
    if kind.text != _STRING or "bytes" not in args or _LENGTH not in kind.parameters:
        return None
    length, known = int(kind.parameters[_LENGTH]), int(args.get("source_length", 0))
    counts = "CHAR" in kind.parameters.get(_SOURCE_TYPE, "CHAR").upper()
    if not counts or length <= known or min(length * _UTF8_BYTES, _LONGEST) <= int(args["bytes"]):
        return None
    return f"text of {length} characters", f"VARCHAR({args['bytes']})"


def _more_digits(kind: Kind, args: Mapping[str, Any]) -> tuple[str, str] | None:
    if "precision" not in args or _PRECISION not in kind.parameters:
        return None
    precision, scale = int(kind.parameters[_PRECISION]), max(int(kind.parameters.get(_SCALE, 0)), 0)
    after = max(int(args["scale"]), int(args.get("source_scale", 0)))
    before = max(int(args["precision"]) - int(args["scale"]), int(args.get("source_digits", 0)))
    if scale <= after and precision - scale <= before:
        return None
    return f"decimal({precision},{scale})", f"NUMERIC({args['precision']},{args['scale']})"
