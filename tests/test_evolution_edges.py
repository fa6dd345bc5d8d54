"""Evolution where it is hard: killed at any point, files that moved on, lengths, hazards, and what cannot be done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import rig
from evolving import Connector
from streamplan.runtime.cli import run as command
from streamplan.runtime.drift import Added, Drift
from streamplan.runtime.errors import PlanError, StopError
from streamplan.runtime.evolve import Evolving
from streamplan.runtime.files import FileSource
from streamplan.runtime.modes import Policy
from test_walls import BLOCKED

KILLING = Path(__file__).parent / "killing_evolution.py"
SOURCE = {"type": "struct", "field": "source", "fields": []}
STRING = {"type": "string", "optional": True}


def sized(length: int) -> dict:
    """A text whose source says its length."""
    parameters = {"__debezium.source.column.type": "VARCHAR", "__debezium.source.column.length": str(length)}
    return STRING | {"parameters": parameters}


def event(offset: int, row: dict, fields: dict[str, dict], table: str = "people") -> str:
    """A line of an event that creates a row with these fields, each with its schema."""
    columns = [{"field": name, **schema} for name, schema in fields.items()]
    row_schema = {"type": "struct", "field": "after", "fields": columns, "optional": True}
    schema = {"type": "struct", "name": "e.Envelope", "fields": [row_schema, SOURCE, {"type": "string", "field": "op"}]}
    source = {"schema": "shop", "table": table}
    key = {"schema": {"type": "struct", "fields": [{"field": "id", **ID}]}, "payload": {"id": row["id"]}}
    value = {"schema": schema, "payload": {"op": "c", "before": None, "after": row, "source": source}}
    record = {"topic": f"shop.shop.{table}", "partition": 0, "offset": offset, "key": key, "value": value}
    return json.dumps(record) + "\n"


ID = {"type": "int32", "optional": False}
OLD = {"id": ID, "name": sized(10)}
NEW = OLD | {"city": STRING}


def people(folder: Path, address, policy: str, mode: str = "upsert") -> Connector:
    """A connector of one table whose fields are the old ones, applied."""
    made = Connector(folder, address, policy)
    text = made.spec.read_text().partition("tables:\n  audit_log")[0]
    made.spec.write_text(text.replace("mode: upsert", f"mode: {mode}"))
    write(folder / "first.jsonl", [event(0, {"id": 0, "name": "a"}, OLD)])
    rig.observe_file(made.spec, folder / "first.jsonl", ("*",))
    made.release()
    return made


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(lines))
    return path


def rows(of: Connector, table: str = "people") -> list[dict]:
    return sorted(rig.rows_of(of.plan, of.address, "shop", table), key=lambda row: row["id"])


DRIFTING = [
    event(0, {"id": 0, "name": "a"}, OLD),
    event(1, {"id": 1, "name": "b", "city": "Bern"}, NEW),
    event(2, {"id": 2, "name": "c" * 20, "city": "Rome"}, NEW | {"name": sized(20)}),
    event(0, {"id": 0, "name": "z"}, OLD, "pets"),
]


def process(folder: Path, events: Path, address, point: int) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, str(KILLING), str(folder), str(events), str(point)]
    environment = os.environ | address.environment()
    return subprocess.run(arguments, check=False, capture_output=True, text=True, env=environment)


POINTS = 24


@pytest.mark.parametrize("nth", range(POINTS))
def test_a_run_that_is_killed_while_it_evolves_goes_on_and_makes_the_same_versions(nth, tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    events = write(tmp_path / "events.jsonl", DRIFTING)
    point = 1 + nth * (LEAST - 1) // (POINTS - 1)
    first = process(tmp_path, events, of.loader, point)
    assert (first.returncode, first.stderr) == (-signal.SIGKILL, "")
    second = process(tmp_path, events, of.loader, 0)
    assert (second.returncode, second.stderr) == (0, "")
    assert rows(of) == [
        {"id": 0, "name": "a", "city": None},
        {"id": 1, "name": "b", "city": "Bern"},
        {"id": 2, "name": "c" * 20, "city": "Rome"},
    ]
    assert rows(of, "pets") == [{"id": 0, "name": "z"}]
    history = [(row["version"], row["statement"]) for row in rig.rows_of(of.plan, of.address, "shop", HISTORY)]
    assert len(history) == len(set(history))
    assert of.pull() == [2, 3, 4]


HISTORY = "_streamplan_history"
LEAST = 190  # points that the work has, and a few more


def test_a_widened_text_waits_under_review_and_its_proposal_widens_the_column(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "review")
    longer = event(0, {"id": 1, "name": "x" * 20}, OLD | {"name": sized(20)})
    (held,) = of.run(write(tmp_path / "e.jsonl", [longer])).held
    assert held.reason == 'has field "name" as text of 20 characters, and its column holds VARCHAR(40)'
    assert "~   name VARCHAR(40) -> VARCHAR(80)" in (of.proposals / "SUMMARY.md").read_text()
    of.commit_proposal()
    of.release("H601")
    assert of.run(tmp_path / "e.jsonl").held == []
    assert rows(of) == [{"id": 1, "name": "x" * 20}]


def test_a_column_that_the_spec_made_narrower_than_the_source_is_no_drift_until_the_source_widens(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    of.spec.write_text(of.spec.read_text() + "tables:\n  people: {columns: {name: {length: 40}}}\n")
    of.release()
    lines = [event(n, {"id": n, "name": "x" * n}, OLD | {"name": sized(n)}) for n in (10, 50)]
    summary = of.run(write(tmp_path / "e.jsonl", lines))
    assert (summary.held, summary.quarantined, len(rows(of))) == ([], 1, 1)
    assert of.pull() == [2]
    (field,) = [field for field in of.plan.tables[0].fields if field.field == "name"]
    assert field.args == {"bytes": 40, "source_length": 50}
    assert of.plan.migrations[-1].version == 1


def test_a_renamed_field_is_a_new_column_and_the_old_one_stays(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    lines = [event(0, {"id": 0, "name": "a"}, OLD), event(1, {"id": 1, "called": "b"}, {"id": ID, "called": sized(9)})]
    assert of.run(write(tmp_path / "e.jsonl", lines)).held == []
    assert rows(of) == [{"id": 0, "name": "a", "called": None}, {"id": 1, "name": None, "called": "b"}]


def test_what_needs_a_person_waits_under_auto_and_says_which_statement(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto", "insert\n  latest_view: true")
    (held,) = of.run(write(tmp_path / "e.jsonl", DRIFTING[1:2])).held
    assert "a person must allow the next version: migrations/0002/" in held.reason
    assert "**H604**" in (of.proposals / "SUMMARY.md").read_text()


def test_the_spec_must_be_the_plans_or_the_topic_waits(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    of.spec.write_text(of.spec.read_text().replace("truncates: apply", "truncates: ignore"))
    (held,) = of.run(write(tmp_path / "e.jsonl", DRIFTING[1:2])).held
    assert held.reason.endswith("have changed since the plan: compile and apply them first")


def test_a_run_that_finds_versions_of_another_run_takes_them(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    plan = of.plan
    with rig.warehouse_of(plan, of.loader) as one, Evolving(of.out, plan, of.spec, one) as slow:
        slow.begin()
        of.run(write(tmp_path / "e.jsonl", DRIFTING))
        (record,) = records(tmp_path, DRIFTING[1:2])
        found = slow.drifted(record, Drift((Added("city"),), Policy.AUTO))
    assert (found.version, of.pull()) == (4, [2, 3, 4])
    assert found.id == of.plan.id


def records(folder: Path, lines: list[str]) -> list:
    with FileSource(str(write(folder / "records.jsonl", lines))) as source:
        return list(source.poll())


def test_a_plan_that_is_behind_needs_the_spec_or_a_pull(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    of.run(write(tmp_path / "e.jsonl", DRIFTING))
    with (
        rig.warehouse_of(of.plan, of.loader) as one,
        Evolving(of.out, of.plan, None, one) as blind,
        pytest.raises(PlanError, match="a run made version 4 of shop, the plan is 1") as caught,
    ):
        blind.begin()
    assert (caught.value.code, "streamplan pull" in caught.value.help) == ("P813", True)


def test_what_no_longer_gives_the_versions_of_a_run_is_not_pulled_and_not_run(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    of.run(write(tmp_path / "e.jsonl", DRIFTING))
    spec, before = of.spec.read_text(), files(tmp_path)
    another = f"{spec}tables: {{people: {{mode: insert}}}}\n"
    for changed in (spec.replace("truncates: apply", "truncates: ignore"), another):
        of.spec.write_text(changed)
        for work in (of.pull, lambda: of.run(tmp_path / "e.jsonl")):
            with pytest.raises(PlanError, match="do not give version 2 that a run made from them") as caught:
                work()
            assert (caught.value.code, "streamplan pull" in caught.value.help) == ("P814", True)
    of.spec.write_text(spec)
    assert files(tmp_path) == before
    assert of.pull() == [2, 3, 4]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("policy", ["auto", "stop"])
def test_without_a_spec_a_drift_under_auto_stops_as_under_stop(policy, tmp_path, warehouse):
    of = people(tmp_path, warehouse, policy)
    plan = of.plan
    with rig.warehouse_of(plan, of.loader) as one, Evolving(of.out, plan, None, one) as blind:
        blind.begin()
        (record,) = records(tmp_path, DRIFTING[1:2])
        with pytest.raises(StopError, match=r"people\[0\]@1 has fields that the plan does not know: city") as caught:
            blind.drifted(record, Drift((Added("city"),), Policy(policy)))
    assert caught.value.code == {"auto": "X933", "stop": "X931"}[policy]


def test_a_spec_that_is_broken_stops_the_run_at_the_drift(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    of.spec.write_text("connector: [\n")
    with pytest.raises(StopError, match="the spec cannot be compiled") as caught:
        of.run(write(tmp_path / "e.jsonl", DRIFTING))
    assert caught.value.code == "X934"


def test_without_the_compiler_a_drift_names_the_extra_to_install(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    write(tmp_path / "e.jsonl", DRIFTING)
    script = BLOCKED + "from streamplan.runtime.cli import run\nsys.exit(run(ARGUMENTS))\n"
    arguments = ["run", str(of.out), "--events", str(tmp_path / "e.jsonl"), "--until-end", "--spec", str(of.spec)]
    found = subprocess.run(
        [sys.executable, "-P", "-c", script.replace("ARGUMENTS", repr(arguments))],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | of.loader.environment(),
    )
    assert found.returncode == 1
    assert "error X902: run --spec and pull need streamplan.compiler" in found.stderr
    assert "pip install 'streamplan[compiler]'" in found.stderr


def test_the_commands_hold_show_pull_and_go_on(tmp_path, warehouse, capsys, monkeypatch):
    of = people(tmp_path, warehouse, "review")
    write(tmp_path / "e.jsonl", DRIFTING)
    monkeypatch.chdir(tmp_path)
    for name, value in of.loader.environment().items():
        monkeypatch.setenv(name, value)
    run = ["run", "plan", "--events", "e.jsonl", "--until-end", "--spec", "shop.yaml"]
    assert command(run) == 2
    assert "held: shop.shop.people from shop.shop.people[0]@1 on: has fields" in capsys.readouterr().out
    assert command(["status", "plan"]) == 0
    assert "  held        shop.shop.pets from shop.shop.pets[0]@0 on: is of a topic" in capsys.readouterr().out
    of.spec.write_text(of.spec.read_text().replace("schema_evolution: review", "schema_evolution: auto"))
    of.release("H605")
    assert command(run) == 0
    assert not (tmp_path / "proposals" / "shop").exists()
    assert command(["pull", "plan", "--spec", "shop.yaml"]) == 0
    assert "shop: 3 versions pulled into plan" in capsys.readouterr().out
    assert command(["status", "plan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["held"] == []
