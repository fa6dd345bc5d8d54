"""A record's place decides whether it is taken: once, in whatever files it stands, and whatever its text looks like."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from streamplan.runtime.disk import load
from streamplan.runtime.errors import StopError
from streamplan.runtime.files import FileSource
from streamplan.runtime.happenings import Held, Quarantined
from streamplan.runtime.loop import Run
from streamplan.runtime.offsets import Offsets
from streamplan.runtime.ports import Partition, Record, Silent, Until
from streamplan.runtime.progress import Watching

PLAN = load(Path(__file__).parents[2] / "golden" / "orders" / "01_create" / "plan")
TOPIC = "shop.public.orders"


class Ledger:
    """A warehouse that keeps the ledger and the notes of the rows that were staged, and nothing else."""

    def __init__(self) -> None:
        self.to: dict[tuple[str, int], int] = {}
        self.staged: list[tuple[str | None, ...]] = []
        self.quarantined: list[tuple[str, str]] = []

    @contextmanager
    def transaction(self):
        yield

    def execute(self, statement, binds=()):
        match statement:
            case PLAN.ledger.read:
                return tuple((topic, number, to, PLAN.id, None) for (topic, number), to in self.to.items())
            case PLAN.ledger.record:
                at = binds[0], int(binds[1])
                self.to[at] = max(self.to.get(at, -1), int(binds[3]))
            case PLAN.quarantine.insert:
                self.quarantined.append((binds[0], binds[2]))
        return ()

    def aside(self, statement, binds=()):
        assert statement is PLAN.ledger.check
        return ((self.to.get((binds[0], int(binds[1]))),),)

    def load(self, statement, rows):
        del statement
        self.staged += [row[:2] for row in rows]


class Still:
    """A clock that stands still."""

    def now(self) -> float:
        return 0.0

    def rest(self) -> None:
        raise AssertionError("there is nothing to wait for")


def run(ledger: Ledger, paths: Path, max_rows: int = 50_000):
    plan = msgspec.structs.replace(PLAN, batch=msgspec.structs.replace(PLAN.batch, max_rows=max_rows))
    with FileSource(str(paths)) as source:
        return Run(plan, source, ledger, Still(), Silent()).go(Until.END)


def line(offset: int, note: str) -> str:
    value = {"op": "c", "before": None, "after": {"id": 1, "note": note}}
    return json.dumps({"topic": TOPIC, "partition": 0, "offset": offset, "key": {"id": 1}, "value": value}) + "\n"


@pytest.mark.parametrize("max_rows", [50_000, 2])
def test_an_older_copy_of_a_record_in_a_later_file_does_not_overwrite_a_newer_change(tmp_path: Path, max_rows: int):
    (tmp_path / "a.jsonl").write_text(line(0, "old") + line(1, "older") + line(2, "new"))
    (tmp_path / "b.jsonl").write_text(line(0, "old") + line(1, "older"))
    ledger = Ledger()
    summary = run(ledger, tmp_path / "*.jsonl", max_rows)
    assert (summary.events, ledger.staged[-1], ledger.to) == (3, ("1", "new"), {(TOPIC, 0): 2})


def test_broken_lines_of_files_with_the_same_name_are_all_kept_and_kept_once(tmp_path: Path):
    for folder, lines in (("a", 3), ("b", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "part.jsonl").write_text("no record\n" * lines)
    ledger = Ledger()
    run(ledger, tmp_path / "*" / "part.jsonl")
    assert ledger.quarantined == [("file:part.jsonl", str(number)) for number in range(5)]
    assert run(ledger, tmp_path / "*" / "part.jsonl").events == 0


def test_a_topic_is_held_from_the_first_record_with_a_new_field_on_and_goes_on_from_there(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text(
        line(0, "first") + line(1, "second").replace('"note"', '"comment"') + line(2, "x")
    )
    ledger = Ledger()
    summary = run(ledger, tmp_path / "a.jsonl")
    assert summary.held == [
        Held(
            topic=TOPIC,
            place=f"{TOPIC}[0]@1",
            fields=("comment",),
            reason="has fields that the plan does not know: comment",
        )
    ]
    assert (ledger.staged, ledger.to) == ([("1", "first")], {(TOPIC, 0): 0})


def test_a_file_that_cannot_be_read_to_its_end_stops_the_run_and_moves_nothing_it_did_not_commit(tmp_path: Path):
    (tmp_path / "a.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00 cut short")
    ledger = Ledger()
    with pytest.raises(StopError) as stopped:
        run(ledger, tmp_path / "a.jsonl.gz")
    assert (stopped.value.code, ledger.to) == ("X911", {})


@pytest.mark.parametrize("text", ["[/red]", "[bold", "[link=x]y[/]", "\\[/]", "a[0]"])
def test_what_is_said_of_a_record_is_printed_as_it_is_whatever_brackets_it_holds(tmp_path: Path, text: str):
    (tmp_path / "a.jsonl").write_text("")
    printed = io.StringIO()
    with (
        FileSource(str(tmp_path / "a.jsonl")) as source,
        Watching(source, Console(file=printed, width=200)) as watching,
    ):
        watching.happened(Quarantined(place="t[0]@1", code="X924", reason=text))
        watching.happened(Held(topic="t", place="t[0]@1", fields=(text,), reason=text))
    assert f"quarantine t[0]@1: X924 {text}" in printed.getvalue()
    assert f"held t from t[0]@1 on: {text}" in printed.getvalue()


def test_a_record_that_comes_after_later_ones_stops_the_run_and_is_not_passed_over():
    offsets = Offsets.after({ORDERS: 9})
    for offset in (10, 14):
        assert not offsets.taken(at(offset))
        offsets.take(at(offset))
    assert [offsets.taken(at(offset)) for offset in (3, 10, 14, 15)] == [True, True, True, False]
    with pytest.raises(StopError, match="comes after offset 14, which is later"):
        offsets.taken(at(12))


def test_files_are_read_in_the_order_that_their_numbers_say(tmp_path: Path):
    for number in (10, 9):
        line = {"topic": "t", "partition": 0, "offset": number, "key": None, "value": None}
        (tmp_path / f"part-{number}.jsonl").write_text(json.dumps(line) + "\n")
    with FileSource(str(tmp_path / "part-*.jsonl")) as source:
        assert [record.offset for record in (*source.poll(), *source.poll())] == [9, 10]


ORDERS = Partition("shop.public.orders", 0)


def at(offset: int) -> Record:
    return Record(at=ORDERS, offset=offset, key=None, value=None)
