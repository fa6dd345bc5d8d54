"""What the tests of the modes share: tables of every combination of settings, and events written as words.

An event is an operation, the number of a row's key, and its two values: `c1a` creates row 1 with the note a and the
size a, `u1ab` updates it to note a and size b, `u1~b` does not send the note (TOAST), `d1` deletes it as a source does
that sends only the key (with made-up values), `D1` as one that sends the old row, `01` is a tombstone, `t` a truncate,
`=` the record before once more, with its offset. `u2b<1a` says what the row was before. `d1>2 01 c2b^1` is what a
source sends when it changes a key: two headers name the other key. After a slash stands what is wrong with the key:
`c1a/null`, `c1a/part`, `c1a/short`.

Rows are written alike: `1a` is row 1 with note a and size a, `1ab!` is marked as deleted, `1-!` holds nothing but its
key and the mark. `X926` is a record in quarantine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import rig
from streamplan.runtime.convert import PLACEHOLDER
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.modes import Origin
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.settings import with_hash_salt
from streamplan.runtime.statement import Statement
from streamplan.runtime.tally import Summary

HEAD = """\
connector: modes
source:
  files: {path: events.jsonl, topics: ["*"]}
destination:
  host: ${REDSHIFT_HOST}
  port: ${REDSHIFT_PORT:-5439}
  user: ${REDSHIFT_USER}
  password: ${REDSHIFT_PASSWORD}
  database: dev
  schema: modes
"""
SALT = "pepper"
BARE, SCHEMAS = "bare envelope", "envelope with schemas"
REWRITE, TOMBSTONES, DROP = "flat rewrite", "flat tombstones", "flat drop"
FORMATS = dict.fromkeys((BARE, SCHEMAS), "debezium-json") | dict.fromkeys((REWRITE, TOMBSTONES, DROP), "flat-json")
COLUMNS = {"id": "int64", "lang": "string", "note": "string", "size": "int32"}
ENVELOPE = [
    {
        "field": "source",
        "type": "struct",
        "fields": [{"field": name, "type": "string"} for name in ("schema", "table")],
    },
    {"field": "op", "type": "string"},
    {"field": "ts_ms", "type": "int64", "optional": True},
]
HEADERS = {">": "__debezium.newkey", "^": "__debezium.oldkey"}
KEYS = {"one": ("id",), "two": ("id", "lang"), "none": ()}
_EVENT = re.compile(r"([crudD0t=])(?:(\d)([a-z~]{0,2}))?(?:<(\d)([a-z]{1,2}))?(?:([>^])(\d))?(?:/(null|part|short))?")


@dataclass(frozen=True, kw_only=True)
class Table:
    """One combination of settings; `shape` says how many fields the source's primary key has."""

    mode: str
    deletes: str
    key: str
    shape: str
    truncates: str = "apply"

    @property
    def name(self) -> str:
        return f"{self.mode}_{self.deletes}_{self.key}_{self.shape}_{self.truncates}"

    @property
    def topic(self) -> str:
        return f"m.{self.name}"

    @property
    def words(self) -> frozenset[str]:
        """What can be said of it: `unkeyed` where neither the plan nor the record says which row is meant.

        `keyless` where the record does not.
        """
        of_the_row = self.key in ("record_key", "record_value")
        which = "keyed" if of_the_row else "unkeyed" if self.shape == "none" else "placed"
        mode = self.mode if which == "keyed" else ""
        record = "keyless" if self.shape == "none" else ""
        return frozenset((mode, self.deletes, self.key, which, record, f"truncates={self.truncates}"))

    @property
    def settings(self) -> str:
        fields = f", fields: [{', '.join(KEYS[self.shape] or ('id',))}]" if self.key == "record_value" else ""
        key = f"primary_key: {{from: {self.key}{fields}}}"
        view = ", latest_view: true" if self.viewed else ""
        return f"{{mode: {self.mode}, deletes: {self.deletes}, truncates: {self.truncates}, {key}{view}}}"

    @property
    def viewed(self) -> bool:
        """Whether there is a view of its latest state."""
        return self.mode == "insert" and "keyed" in self.words


def spec_of(tables: Iterable[Table]) -> str:
    """Their spec: what is wrong with a key goes to quarantine, record by record, instead of holding the topic."""
    head = HEAD + "ingestion: {schema_evolution: ignore}\ntables:\n"
    return head + "".join(f"  {table.name}: {table.settings}\n" for table in tables)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event as it is written in a story."""

    op: str
    row: int = 0
    values: str = ""
    before: tuple[int, str] | None = None
    moved: tuple[str, int] | None = None
    wrong: str = ""


def events_of(story: str) -> list[Event]:
    return [_event(word) for word in story.split()]


def _event(word: str) -> Event:
    found = _EVENT.fullmatch(word)
    if found is None:
        raise ValueError(word)
    op, row, values, old, old_values, way, other, wrong = found.groups()
    before = (int(old), old_values) if old else None
    moved = (HEADERS[way], int(other)) if way else None
    return Event(op=op, row=int(row or 0), values=values or "", before=before, moved=moved, wrong=wrong or "")


class Sender:
    """Writes the records of one table's topic, as a source of one form sends them."""

    def __init__(self, table: Table, form: str) -> None:
        self.table, self.form = table, form
        self.lines: list[dict[str, Any]] = []
        self.stories: dict[int, int] = {}  # offset -> number of its story

    def send(self, number: int, story: str) -> None:
        held: dict[int, str] = {}
        gone = 0
        for event in events_of(story):
            if self.form == DROP and event.op in "dD0":
                continue
            tombstone = event.op == "0" or (event.op in "dD" and self.form == TOMBSTONES)
            if event.op == "=":
                self.lines.append(self.lines[-1])
            elif tombstone and not (event.op == "0" and gone == event.row and self.form == TOMBSTONES):
                self._write(number, event, None)
            elif not tombstone:
                self._write(number, event, self._value(number, event, held))
            gone = event.row if event.op in "dD" else gone if event.op == "=" else 0
            if event.op in "cru":
                held[event.row] = event.values

    def _write(self, number: int, event: Event, value: Any) -> None:
        offset = len(self.stories)
        self.stories[offset] = number
        line = {"topic": self.table.topic, "partition": 0, "offset": offset, "value": value}
        self.lines.append(line | {"key": self._key(number, event), "headers": self._headers(number, event)})

    def _headers(self, number: int, event: Event) -> list[tuple[str, str]]:
        if event.moved is None or not KEYS[self.table.shape]:
            return []
        row = self._row(number, event.moved[1], "a")
        return [(event.moved[0], json.dumps({name: row[name] for name in KEYS[self.table.shape]}))]

    def _row(self, number: int, row: int, values: str) -> dict[str, Any]:
        note, size = values[0], values[-1]
        at = number * 10 + (row if self.table.shape != "two" else 0)
        return {"id": at, "lang": f"k{row}", "note": PLACEHOLDER if note == "~" else note, "size": ord(size)}

    def _key(self, number: int, event: Event) -> Any:
        names = KEYS[self.table.shape]
        if not names or event.wrong == "null" or event.op == "t":
            return None
        row = self._row(number, event.row, "a")
        key = {name: row[name] for name in names}
        return self._schemed(self._spoilt(key, event.wrong, "record_key"))

    def _spoilt(self, row: dict[str, Any], wrong: str, where: str) -> dict[str, Any]:
        """The row with what is wrong with its key, where the table reads its key there."""
        last = (KEYS[self.table.shape] or ("id",))[-1]
        if where != self.table.key or wrong not in ("part", "short"):
            return row
        return row | {last: None} if wrong == "part" else {n: v for n, v in row.items() if n != last}

    def _value(self, number: int, event: Event, held: dict[int, str]) -> Any:
        if event.op == "t":
            return self._enveloped("t", None, None)
        if event.op in "dD":
            return self._deleted(self._spoilt(self._before(number, event, held), event.wrong, "record_value"))
        after = self._spoilt(self._row(number, event.row, event.values), event.wrong, "record_value")
        before = self._row(number, *event.before) if event.before else None
        if FORMATS[self.form] == "debezium-json":
            return self._enveloped(event.op, before, after)
        return after | ({"__deleted": "false"} if self.form == REWRITE else {})

    def _before(self, number: int, event: Event, held: dict[int, str]) -> dict[str, Any]:
        """The old row; where the source sends only the key, all else is of its type's zero."""
        row = self._row(number, event.row, event.values or held.get(event.row, "a"))
        if event.op == "D" or self.table.shape == "none":
            return row
        return {n: v if n in KEYS[self.table.shape] else ("" if isinstance(v, str) else 0) for n, v in row.items()}

    def _deleted(self, before: dict[str, Any]) -> Any:
        if FORMATS[self.form] == "debezium-json":
            return self._enveloped("d", before, None)
        return before | {"__deleted": "true"}

    def _enveloped(self, op: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Any:
        source = {"schema": "public", "table": self.table.name, "ts_ms": 1_700_000_000_000}
        payload = {"op": op, "before": before, "after": after, "source": source, "ts_ms": 1_700_000_000_001}
        if self.form != SCHEMAS:
            return payload
        rows = [row_schema(before or after or COLUMNS, part) for part in ("before", "after")]
        return {"schema": {"type": "struct", "fields": [*rows, *ENVELOPE]}, "payload": payload}

    def _schemed(self, row: dict[str, Any]) -> Any:
        return {"schema": row_schema(row), "payload": row} if self.form == SCHEMAS else row


def row_schema(names: Iterable[str], field: str = "", **kinds: str) -> dict[str, Any]:
    """The schema that a key or a row carries: each field's type, after it a semantic name where it has one."""
    fields = [_field(name, *({**COLUMNS, **kinds})[name].split()) for name in names]
    return {"type": "struct", "field": field, "optional": True, "fields": fields}


def _field(name: str, kind: str, semantic: str | None = None) -> dict[str, Any]:
    return {"field": name, "type": kind, "name": semantic, "optional": name != "id"}


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def built(folder: Path, spec: str, lines: Iterable[dict[str, Any]], address: Any) -> Plan:
    """Observes the lines, compiles the spec and applies the plan, as the commands do."""
    path = folder / "spec.yaml"
    path.write_text(spec, encoding="utf-8")
    rig.observe_file(path, write_lines(folder / "seen.jsonl", lines))
    plan = rig.compile_plan(path, folder / "plan")
    rig.apply_plan(plan, address, "H601", "H602", "H603", "H604", "H605", "H606")
    return plan


def run(plan: Plan, warehouse: Any, events: Path, *, max_rows: int = 1000, form: str = "") -> Summary:
    """A run over a file of events to its end, with batches of so many rows."""
    batch = msgspec.structs.replace(plan.batch, max_rows=max_rows)
    source = msgspec.structs.replace(plan.source, format=form or plan.source.format)
    cut = with_hash_salt(msgspec.structs.replace(plan, batch=batch, source=source), {"STREAMPLAN_SALT": SALT})
    with FileSource(str(events)) as found:
        return Run(cut, found, warehouse, rig.SystemClock(), Silent()).go(Until.END)


def ask(warehouse: Any, sql: str) -> tuple[tuple[Any, ...], ...]:
    with warehouse.transaction():
        return warehouse.execute(Statement(path="asked", sql=sql))


def emptied(plan: Plan, warehouse: Any) -> None:
    """The warehouse as it was after the apply."""
    with warehouse.transaction():
        for table in (*(t.table for t in plan.tables), "modes._streamplan_ledger", "modes._streamplan_quarantine"):
            warehouse.execute(Statement(path="emptied", sql=f"DELETE FROM {table}"))


Found = dict[tuple[str, int], str]


def held(plan: Plan, warehouse: Any, senders: Iterable[Sender]) -> tuple[Found, Found]:
    """What each table holds of each story, as words in their order: its rows, and its records in quarantine.

    And what is there in its latest state: in its view, or in the table but for the rows that are marked as deleted.
    """
    found: dict[tuple[str, int], list[str]] = {}
    latest: dict[tuple[str, int], list[str]] = {}
    by_topic = {sender.table.topic: sender for sender in senders}
    programs = {program.topics[0]: program for program in plan.tables}
    for topic, sender in by_topic.items():
        table = sender.table
        mark = "_deleted" if any(f.origin is Origin.DELETED for f in programs[topic].fields) else "FALSE"
        rows = ask(warehouse, f"SELECT id, lang, note, size, {mark} FROM modes.{table.name}")
        for row in rows:
            found.setdefault((table.name, row[0] // 10), []).append(_word(table, *row))
        if table.viewed:
            rows = ask(warehouse, f"SELECT id, lang, note, size, FALSE FROM modes.{table.name}_latest")
        for row in rows:
            if not row[-1]:
                latest.setdefault((table.name, row[0] // 10), []).append(_word(table, *row))
    for topic, offset, code in ask(warehouse, "SELECT topic, topic_offset, code FROM modes._streamplan_quarantine"):
        sender = by_topic[topic]
        found.setdefault((sender.table.name, sender.stories[offset]), []).append(code)
    return _in_order(found), _in_order(latest)


def _in_order(found: dict[tuple[str, int], list[str]]) -> Found:
    return {place: in_order(words) for place, words in found.items()}


def _word(table: Table, *cells: Any) -> str:
    """A row as it is written. What no event can have left is shown as it is."""
    at, lang, note, size, deleted = cells
    row = at % 10 if table.shape != "two" else int(str(lang)[1:])
    mark = "!" if deleted else ""
    if note is None and size is None and lang == (f"k{row}" if table.shape == "two" else None):
        return f"{row}-{mark}"
    if note is None or not size or lang != f"k{row}":
        return f"{row}{(lang, note, size)}{mark}".replace(" ", "")
    return f"{row}{note}{'' if note == chr(size) else chr(size)}{mark}"


def in_order(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def combinations() -> Iterator[Table]:
    """Every combination of settings that a spec may hold."""
    of_the_row = [("record_key", "one"), ("record_key", "two"), *(("record_value", s) for s in KEYS)]
    placed = [("kafka_coordinates", shape) for shape in ("two", "none")]
    for mode in ("upsert", "insert"):
        unplaced = [("none", shape) for shape in ("one", "none")] if mode == "insert" else []
        for deletes in ("hard", "soft", "ignore"):
            for key, shape in of_the_row if deletes == "hard" else [*of_the_row, *placed, *unplaced]:
                yield Table(mode=mode, deletes=deletes, key=key, shape=shape)
