"""What is in quarantine can be seen, taken in once the plan is mended, or dropped; nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import modes
import pytest
import quarantined
import rig
from quarantined import GUARDED, LOG, STATE, WHY, Failing, Rig, line, place, record, small
from streamplan.runtime.convert import PLACEHOLDER
from streamplan.runtime.errors import RecordError, StopError
from streamplan.runtime.kept import RAW_BYTES
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.quarantine import Matching, Named, one
from streamplan.runtime.replaying import Older, rehearse, replay

HOSTILE = b'\x00\xff{"\x1b[31m\xc3('


@pytest.fixture
def rigged(tmp_path: Path, warehouse) -> Rig:
    return Rig(tmp_path, warehouse)


def test_records_that_did_not_fit_land_once_the_plan_is_mended_and_the_ledger_is_left_alone(rigged: Rig):
    rigged.run(line(LOG, 0, 1, "abc"), line(LOG, 1, 2, "too long"), line(LOG, 2, 3, "def"), line(LOG, 3, 4, "longer"))
    ledger = rigged.ask("SELECT * FROM modes._streamplan_ledger")
    assert rigged.left() == [(1, "X924"), (3, "X924")]
    rigged.built(50)
    (batch,) = rigged.replay()
    assert (batch.topic, batch.taken, batch.upserts, batch.stays) == (LOG, 2, 2, ())
    assert rigged.rows("log") == [(1, "abc", 0), (2, "too long", 0), (3, "def", 0), (4, "longer", 0)]
    assert rigged.left() == []
    assert rigged.ask("SELECT * FROM modes._streamplan_ledger") == ledger


def test_a_replay_that_is_done_again_changes_nothing(rigged: Rig):
    rigged.fill(record(line(LOG, 1, 1, "abc")), record(line(LOG, 2, 1, "too long")))
    assert [batch.taken for batch in rigged.replay()] == [1]
    before = rigged.rows("log"), rigged.ask("SELECT * FROM modes._streamplan_quarantine")
    assert [batch.taken for batch in rigged.replay()] == [0]
    assert (rigged.rows("log"), rigged.ask("SELECT * FROM modes._streamplan_quarantine")) == before


def test_a_record_that_fails_again_stays_with_the_reason_of_now(rigged: Rig):
    long = record(line(LOG, 1, 1, "much too long", headers=[("name", "value")]))
    rigged.fill(long)
    (batch,) = rigged.replay()
    assert [(s.place, s.code) for s in batch.stays] == [("m.log[0]@1", "X924")]
    with rig.warehouse_of(rigged.plan, rigged.address) as warehouse:
        entry, found = one(rigged.plan, warehouse, place(LOG, 1))
    assert (found.key, found.value, found.headers) == (long.key, long.value, long.headers)
    assert (entry.reason, entry.plan_id) == (batch.stays[0].reason, rigged.plan.id)
    assert entry.reason != WHY.message


def test_a_record_with_a_field_that_the_plan_does_not_know_stays_until_it_does(rigged: Rig):
    said = line(LOG, 1, 1, "abc")
    said["value"]["after"]["colour"] = "red"
    rigged.fill(record(said))
    (batch,) = rigged.replay()
    assert [(s.code, "colour" in s.reason) for s in batch.stays] == [("X933", True)]
    assert rigged.left() == [(1, "X933")]


def test_a_rehearsal_says_what_would_be_taken_in_and_writes_nothing(rigged: Rig):
    rigged.fill(record(line(LOG, 1, 1, "abc")), record(line(LOG, 2, 1, "too long")))
    before = rigged.ask("SELECT * FROM modes._streamplan_quarantine")
    assert [(b.taken, len(b.stays)) for b in rigged.replay(how=rehearse)] == [(1, 1)]
    assert (rigged.rows("log"), rigged.ask("SELECT * FROM modes._streamplan_quarantine")) == ([], before)


def test_a_table_that_cannot_tell_older_from_newer_is_replayed_only_when_told_to(rigged: Rig):
    rigged.fill(record(line(STATE, 1, 1, "old")))
    with pytest.raises(StopError, match=r"nothing in modes\.state says") as caught:
        rigged.replay(older=Older.REFUSED)
    assert (caught.value.code, rigged.left()) == ("X971", [(1, "X924")])
    rigged.replay(older=Older.TAKEN)
    assert (rigged.rows("state"), rigged.left()) == ([(1, "old", 0)], [])


def test_under_a_position_guard_an_older_record_does_not_overwrite_a_newer_row(rigged: Rig):
    rigged.run(line(GUARDED, 5, 1, "new"), line(GUARDED, 6, 2, "stays"))
    rigged.fill(record(line(GUARDED, 1, 1, "old")), record(line(GUARDED, 2, 3, "late")))
    (batch,) = rigged.replay(older=Older.REFUSED)
    assert (batch.taken, batch.stays, rigged.left()) == (2, (), [])
    assert rigged.rows("guarded") == [(1, "new", 0), (2, "stays", 0), (3, "late", 0)]


def test_under_a_position_guard_a_record_that_tells_no_position_is_replayed_only_when_told_to(rigged: Rig):
    said = line(GUARDED, 1, 1, "snap", op="r")
    said["value"]["source"]["lsn"] = None
    rigged.fill(record(said))
    with pytest.raises(StopError, match="tells no position"):
        rigged.replay(older=Older.REFUSED)
    assert [batch.taken for batch in rigged.replay(older=Older.TAKEN)] == [1]


def test_a_record_that_would_empty_a_table_is_replayed_only_when_told_to(rigged: Rig):
    said = line(LOG, 1, 1, "abc", op="t")
    rigged.run(line(LOG, 5, 1, "abc"))
    rigged.fill(record(said | {"key": None, "value": said["value"] | {"after": None}}))
    with pytest.raises(StopError, match="empties") as caught:
        rigged.replay(older=Older.REFUSED)
    assert (caught.value.code, len(rigged.rows("log"))) == ("X973", 1)


def test_a_value_that_was_not_sent_is_that_of_the_change_before_wherever_that_is(rigged: Rig):
    rigged.run(line(GUARDED, 5, 2, "b", 1))
    near = [line(GUARDED, 1, 1, "a", 1), line(GUARDED, 2, 1, PLACEHOLDER, 2)]
    far = [line(GUARDED, 4, 2, "a", 1), line(GUARDED, 6, 2, PLACEHOLDER, 2)]
    rigged.fill(*map(record, near + far))
    assert [batch.taken for batch in rigged.replay(older=Older.REFUSED)] == [3, 1]
    assert (rigged.rows("guarded"), rigged.left()) == ([(1, "a", 2), (2, "b", 2)], [])


def test_a_row_that_is_in_no_table_keeps_a_record_without_all_its_values_in_quarantine(rigged: Rig):
    rigged.fill(record(line(STATE, 1, 1, PLACEHOLDER)))
    (batch,) = rigged.replay()
    assert (batch.taken, batch.upserts, [s.code for s in batch.stays]) == (0, 0, ["X926"])
    assert (rigged.rows("state"), rigged.left()) == ([], [(1, "X926")])


def test_records_in_quarantine_come_in_the_order_of_their_offsets(rigged: Rig):
    rigged.fill(*(record(line(STATE, n, 1, "abc", n)) for n in (10, 9, 2, 11)))
    rigged.replay()
    assert rigged.rows("state") == [(1, "abc", 11)]


def test_more_records_than_a_page_are_worked_off_in_batches(rigged: Rig):
    rigged.fill(*(record(line(LOG, n, n, "abc")) for n in range(1100)))
    assert len(rigged.left()) == 1100
    assert [batch.taken for batch in rigged.replay(max_rows=400)] == [400, 400, 300]
    assert (len(rigged.rows("log")), rigged.left()) == (1100, [])


def test_places_and_codes_choose_records_and_leave_those_between_them(rigged: Rig):
    rigged.fill(*(record(line(LOG, n, n, "abc")) for n in range(0, 10, 2)))
    rigged.fill(*(record(line(LOG, n, n, "abc")) for n in range(1, 10, 2)), error=RecordError("X922", "null"))
    assert rigged.drop(Named.of([place(LOG, 2), place(LOG, 3), place(LOG, 77), place(STATE, 2)])) == 2
    assert [batch.taken for batch in rigged.replay(Matching(code="X922"))] == [4]
    assert [row[0] for row in rigged.rows("log")] == [1, 5, 7, 9]
    assert [offset for offset, _ in rigged.left()] == [0, 4, 6, 8]
    assert rigged.drop(Matching(topic=STATE)) == 0
    assert [batch.taken for batch in rigged.replay(Named.of([place(LOG, 4), place(LOG, 5)]))] == [1]


def test_another_connector_in_the_same_schema_has_a_quarantine_of_its_own(rigged: Rig):
    rigged.fill(record(line(LOG, 1, 1, "abc")))
    rigged.ask("UPDATE modes._streamplan_quarantine SET connector = 'other'")
    assert (rigged.left(), rigged.replay(), rigged.drop(Matching())) == ([], [], 0)
    assert rigged.ask("SELECT COUNT(*) FROM modes._streamplan_quarantine") == [(1,)]


def test_a_record_that_was_cut_is_told_and_never_replayed(rigged: Rig):
    rigged.run(line(LOG, 1, 1, "é" * RAW_BYTES))
    rigged.built(50)
    (batch,) = rigged.replay()
    assert [(s.code, rigged.left()) for s in batch.stays] == [("X972", [(1, "X924")])]
    size = len(json.dumps(line(LOG, 1, 1, "é" * RAW_BYTES)["value"], ensure_ascii=False, separators=(",", ":")))
    said = rigged.said("show", "m.log[0]@1")
    assert f" bytes, of which the first {RAW_BYTES:,} are kept" in said
    assert '{"op": "u"' in said
    assert size > RAW_BYTES
    raw = rigged.command("show", "m.log[0]@1", "--raw")
    assert (len(raw.stdout), b"the first 1,024,000 are kept" in raw.stderr) == (RAW_BYTES, True)
    assert "(cut)" in rigged.said("list")


def test_bytes_of_any_kind_come_back_as_they_were_and_do_nothing_to_a_terminal(rigged: Rig):
    rigged.fill(Record(at=Partition(LOG, 0), offset=1, key=HOSTILE, value=HOSTILE * 2, headers=(("\0", "\x1b[1m"),)))
    assert rigged.command("show", "m.log[0]@1", "--raw").stdout == HOSTILE * 2
    assert [batch.stays[0].code for batch in rigged.replay()] == ["X920"]
    assert rigged.command("show", "m.log[0]@1", "--raw").stdout == HOSTILE * 2
    said = rigged.said("show", "m.log[0]@1")
    assert f"hex {HOSTILE.hex()}" in said
    assert "header       \\x00: \\x1b[1m" in said
    found = json.loads(rigged.said("show", "m.log[0]@1", "--json"))
    assert (found["key"], found["headers"]) == ({"hex": HOSTILE.hex()}, [["\0", "\x1b[1m"]])


def test_a_line_that_is_no_record_stays_until_it_is_dropped(rigged: Rig):
    (rigged.folder / "events.jsonl").write_bytes(b"no record\n")
    with rig.warehouse_of(rigged.plan, rigged.address) as warehouse:
        modes.run(rigged.plan, warehouse, rigged.folder / "events.jsonl")
    (batch,) = rigged.replay(older=Older.REFUSED)
    assert [(s.place, s.code) for s in batch.stays] == [("file:events.jsonl[0]@0", "X910")]
    assert "1 record dropped" in rigged.said("drop", "file:events.jsonl[0]@0", "--yes")
    assert rigged.left() == []


def fails() -> None:
    raise ZeroDivisionError


def test_a_replay_that_fails_at_any_point_has_each_record_in_its_table_or_in_quarantine(rigged: Rig):
    point, ended = 0, False
    while not ended:
        point += 1
        rigged.ask("DELETE FROM modes.log")
        rigged.drop(Matching())
        rigged.fill(*(record(line(LOG, n, n, "abc")) for n in range(3)), record(line(LOG, 3, 3, "too long")))
        with rig.warehouse_of(rigged.plan, rigged.address) as warehouse:
            try:
                tuple(replay(small(rigged.plan, 2), Failing(warehouse, point, fails), Matching(), Older.TAKEN))
                ended = True
            except ZeroDivisionError:
                landed, kept_back = {row[0] for row in rigged.rows("log")}, {offset for offset, _ in rigged.left()}
                assert (landed | kept_back, landed & kept_back) == ({0, 1, 2, 3}, set())
        rigged.replay()
        assert [row[0] for row in rigged.rows("log")] == [0, 1, 2]
    assert point > 20


@pytest.mark.parametrize("point", [4, 16, 18, 24, 25, 40])
def test_a_killed_replay_loses_and_doubles_nothing(rigged: Rig, point: int):
    rigged.fill(*(record(line(LOG, n, n, "abc")) for n in range(4)))
    env = os.environ | rigged.address.environment()

    def process(at: int) -> int:
        command = [sys.executable, quarantined.__file__, str(rigged.folder / "plan"), str(at)]
        return subprocess.run(command, check=False, capture_output=True, env=env).returncode

    assert (process(point), process(0)) == (-signal.SIGKILL, 0)
    assert ([row[0] for row in rigged.rows("log")], rigged.left()) == ([0, 1, 2, 3], [])


def test_two_replays_at_once_take_each_record_in_once(rigged: Rig):
    rigged.fill(*(record(line(LOG, n, n, "abc")) for n in range(40)))
    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(rigged.replay, max_rows=3) for _ in range(2)]
    errors = [error for done in working if (error := done.exception())]
    assert {error.code for error in errors} <= {"X954"}  # a conflict: nothing of the batch was written
    rigged.replay()
    assert ([row[0] for row in rigged.rows("log")], rigged.left()) == ([*range(40)], [])


def test_the_commands_list_show_replay_and_drop(rigged: Rig):
    rigged.run(line(LOG, 1, 1, "too long"), line(LOG, 2, 2, "longer"), line(STATE, 7, 1, "too long"))
    listed = rigged.said("list")
    assert "modes: 3 records in quarantine" in listed
    assert "m.log[0]@1    X924" in listed
    assert "streamplan explain X924" in listed
    assert "… and 2 more: --limit 3" in rigged.said("list", "--limit", "1")
    found = json.loads(rigged.said("list", "--json", "--topic", STATE, "--code", "x924"))
    assert [(entry["place"], entry["offset"], entry["whole"]) for entry in found["records"]] == [
        ("m.state[0]@7", 7, True)
    ]
    assert '"note": "too long"' in rigged.said("show", "m.log[0]@1")
    assert json.loads(json.loads(rigged.said("show", "m.log[0]@1", "--json"))["key"]["text"]) == {"id": 1}
    assert "1 record would be taken in" not in rigged.said("replay", "m.log[0]@1", "--dry-run", code=2)
    rigged.built(50)
    assert "1 record would be taken in, 0 in quarantine as before" in rigged.said("replay", "m.log[0]@1", "--dry-run")
    assert "2 records taken in, 0 in quarantine" in rigged.said("replay", "--topic", LOG)
    assert "add --overwrite" in rigged.said("replay", "--all", code=1)
    assert "nothing was dropped" in rigged.said("drop", "--all", stdin=b"n\n")
    assert "1 record dropped" in rigged.said("drop", "--code", "X924", stdin=b"y\n")
    assert (len(rigged.rows("log")), rigged.left()) == (2, [])


def test_without_records_every_command_says_so_kindly(rigged: Rig):
    assert rigged.said("list") == "modes: nothing is in quarantine\n"
    assert rigged.said("list", "--topic", LOG, "--code", "X924") == (
        "modes: nothing of topic m.log with code X924 is in quarantine\n"
    )
    assert json.loads(rigged.said("list", "--json")) == {"connector": "modes", "total": 0, "records": []}
    for command in ("replay", "drop"):
        assert rigged.said(command, "--all") == "modes: nothing is in quarantine\n"
        assert rigged.said(command, "m.log[0]@1") == "modes: none of these records is in quarantine\n"
    shown = rigged.said("show", "m.log[0]@1", code=1)
    assert "error X970: m.log[0]@1 is not in quarantine\n  help: what is: streamplan quarantine list plan" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("replay",), "name records by PLACE, --topic or --code, or give --all"),
        (("drop", "m.log[0]@1", "--all"), "a PLACE stands without --all"),
        (("show", "m.log@1"), '"m.log@1" is no place'),
        (("show", f"m.log[0]@{1 << 63}"), "is no place"),
        (("show", "m.log[0]@1", "--raw", "--json"), "cannot stand together"),
    ],
)
def test_what_is_asked_wrongly_is_a_usage_error(tmp_path: Path, arguments, told: str):
    program = [sys.executable, "-c", "from streamplan.runtime.cli import main; main()", "quarantine"]
    command = [*program, arguments[0], "plan", *arguments[1:]]
    found = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert (found.returncode, told in found.stderr) == (64, True)
