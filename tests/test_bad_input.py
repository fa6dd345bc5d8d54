"""Bad input gets a clear message with its place and the way on, the documented exit code, and loses nothing.

Each test runs the program itself, as a user would.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rig
import shop

GOLDEN = Path(__file__).parent.parent / "golden"
SHOP = Path(__file__).parent.parent / "sandbox" / "demo" / "shop.jsonl.gz"


def streamplan(
    *arguments: object, cwd: Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from streamplan.runtime.cli import main; main()", *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("REDSHIFT_")}
    found = subprocess.run(command, check=False, capture_output=True, cwd=cwd, env=clean | environment, input=stdin)
    return subprocess.CompletedProcess(command, found.returncode, found.stdout.decode(), found.stderr.decode())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder as a user has it: a spec, its observed schemas, its plan."""
    spec = rig.shop_spec(tmp_path)
    rig.observe_file(spec, SHOP, ("shop.shop.*",))
    rig.compile_plan(spec, tmp_path / "plan")
    return tmp_path


@pytest.fixture
def address(warehouse):
    return warehouse.environment()


@pytest.fixture
def applied(project: Path, address):
    """The same, and its plan applied in the sandbox; the plan's own database is the test's."""
    spec = project / "shop.yaml"
    spec.write_text(spec.read_text().replace("database: dev", f"database: {address['REDSHIFT_DATABASE']}"))
    assert streamplan("compile", "shop.yaml", "--out", "plan", cwd=project).returncode == 0
    assert streamplan("apply", "plan", cwd=project, **address).returncode == 0
    return project


def test_broken_yaml_is_named_with_line_and_column(project: Path):
    (project / "shop.yaml").write_text("connector: [shop\n")
    found = streamplan("compile", "shop.yaml", cwd=project)
    assert found.returncode == 1
    assert "shop.yaml:2:1: error S102" in found.stderr


def test_problems_can_be_read_by_a_machine(project: Path):
    (project / "shop.yaml").write_text("connector: shop\nsauce: {}\n")
    found = streamplan("compile", "shop.yaml", "--format", "json", cwd=project)
    assert [problem["code"] for problem in json.loads(found.stdout)] == ["S202", "S201"]


def test_problems_can_stand_at_their_line_in_a_pull_request(project: Path):
    (project / "shop.yaml").write_text("connector: shop\nsauce: {}\n")
    found = streamplan("compile", "shop.yaml", "--format", "github", cwd=project)
    assert "::error file=shop.yaml,line=2,col=1,title=S201::unknown key" in found.stderr


def test_check_says_that_the_plan_is_out_of_date(project: Path):
    text = (project / "shop.yaml").read_text()
    assert streamplan("compile", "shop.yaml", "--out", "plan", "--check", cwd=project).returncode == 0
    (project / "shop.yaml").write_text(text.replace("truncates: apply", "truncates: ignore"))
    found = streamplan("compile", "shop.yaml", "--out", "plan", "--check", cwd=project)
    assert found.returncode == 2
    assert "run: streamplan compile shop.yaml" in found.stderr


def test_a_folder_that_holds_something_else_is_not_written_to(project: Path):
    (project / "other").mkdir()
    (project / "other" / "notes.txt").write_text("mine")
    found = streamplan("compile", "shop.yaml", "--out", "other", cwd=project)
    assert (found.returncode, [path.name for path in (project / "other").iterdir()]) == (64, ["notes.txt"])


@pytest.mark.parametrize("command", ["apply", "run", "status"])
def test_a_plan_whose_files_were_touched_is_refused_and_each_file_named(command: str, project: Path, address):
    plan = project / "plan"
    merge, drop = plan / "tables/shop.orders/merge.sql", plan / "stage/drop.sql"
    merge.write_text(merge.read_text() + "-- harmless\n")
    drop.unlink()
    (plan / "extra.sql").write_text("DROP TABLE orders;")
    found = streamplan(command, "plan", cwd=project, **address)
    assert found.returncode == 1
    for line in ("tables/shop.orders/merge.sql: edited", "stage/drop.sql: removed", "extra.sql: added"):
        assert line in found.stderr


def test_a_variable_that_is_not_set_is_named(project: Path):
    found = streamplan("apply", "plan", cwd=project)
    assert found.returncode == 1
    assert 'error X901: "destination.host" needs the environment variable REDSHIFT_HOST' in found.stderr


def test_a_warehouse_that_cannot_be_reached_is_named_by_its_address(project: Path, address):
    found = streamplan("apply", "plan", "--retries", "1", cwd=project, **address | {"REDSHIFT_PORT": "1"})
    assert found.returncode == 4
    assert "retry attempt 2 of 2 in 1 s: X950 cannot reach the warehouse at 127.0.0.1:1" in found.stderr
    assert "error X950: cannot reach the warehouse at 127.0.0.1:1" in found.stderr


def test_a_wrong_password_is_said_and_not_shown(project: Path, address):
    found = streamplan("apply", "plan", cwd=project, **address | {"REDSHIFT_PASSWORD": "Hunter2secret"})
    assert found.returncode == 1
    assert "error X951: 127.0.0.1" in found.stderr
    assert "Hunter2secret" not in found.stderr + found.stdout


def test_a_plan_that_is_not_applied_does_not_run(applied: Path, address):
    project = applied
    text = (project / "shop.yaml").read_text()
    (project / "shop.yaml").write_text(text.replace("truncates: apply", "truncates: ignore"))
    assert streamplan("compile", "shop.yaml", "--out", "plan", cwd=project).returncode == 0
    found = streamplan("run", "plan", "--events", SHOP, "--until-end", cwd=project, **address)
    assert found.returncode == 1
    assert "error P813: the warehouse has version 2 of shop, this plan is version 3" in found.stderr


@pytest.mark.parametrize("command", ["run", "status"])
def test_a_warehouse_to_which_nothing_was_applied_is_told_apart(command: str, project: Path, address):
    spec = project / "shop.yaml"
    spec.write_text(spec.read_text().replace("database: dev", f"database: {address['REDSHIFT_DATABASE']}"))
    assert streamplan("compile", "shop.yaml", "--out", "plan", cwd=project).returncode == 0
    found = streamplan(command, "plan", cwd=project, **address)
    assert found.returncode == 1
    assert "error X956: history/read.sql" in found.stderr
    assert "streamplan apply PLAN" in found.stderr


def test_a_hazard_must_be_allowed_by_name_and_the_refusal_prints_the_flag(tmp_path: Path, address):
    for step in ("01_create", "02_longer"):
        shutil.copytree(GOLDEN / "widen" / step, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("plan"))
        text = (tmp_path / "spec.yaml").read_text()
        (tmp_path / "spec.yaml").write_text(text.replace("database: dev", f"database: {address['REDSHIFT_DATABASE']}"))
        assert streamplan("compile", "spec.yaml", "--out", "shop", cwd=tmp_path).returncode == 0
        found = streamplan("apply", "shop", cwd=tmp_path, **address)
    assert found.returncode == 3
    assert "H601 migrations/0002/0010_widen_column.shop.orders.note.sql" in found.stderr
    assert "streamplan apply PLAN --allow H601" in found.stderr
    assert streamplan("apply", "shop", "--allow", "H601", cwd=tmp_path, **address).returncode == 0


def test_lines_and_values_that_cannot_be_taken_in_are_kept_in_quarantine(applied: Path, address):
    first = next(iter(shop.records("noschema", "P00_snapshot")))
    event = json.loads(first)
    customers = json.loads(next(line for line in shop.records("noschema", "P00_snapshot") if b"shop.customers" in line))
    customers["value"]["after"]["birth_date"] = 10**9
    lines = [
        b"this is not JSON",
        json.dumps(event | {"value": "not an object"}).encode(),
        json.dumps(customers).encode(),
    ]
    (applied / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    found = streamplan("run", "plan", "--events", "events.jsonl", "--until-end", cwd=applied, **address)
    assert found.returncode == 0
    assert "3 records in quarantine" in found.stdout
    status = json.loads(streamplan("status", "plan", "--json", cwd=applied, **address).stdout)
    assert [(row["topic"], row["code"], row["records"]) for row in status["quarantine"]] == [
        ("file:events.jsonl", "X910", 1),
        ("shop.shop.audit_log", "X920", 1),
        ("shop.shop.customers", "X924", 1),
    ]
    again = streamplan("run", "plan", "--events", "events.jsonl", "--until-end", cwd=applied, **address)
    assert "0 records in quarantine" in again.stdout


def test_events_can_come_from_standard_input(applied: Path, address):
    lines = b"".join(line + b"\n" for line in shop.records("noschema", "P00_snapshot"))
    found = streamplan("run", "plan", "--events", "-", "--until-end", "--json", cwd=applied, stdin=lines, **address)
    assert json.loads(found.stdout)["events"] == 285


def test_a_new_field_holds_its_topic_and_the_exit_code_says_so(project: Path, address):
    spec = project / "shop.yaml"
    spec.write_text(spec.read_text().replace("database: dev", f"database: {address['REDSHIFT_DATABASE']}"))
    observed = project / "observed" / "shop.shop.customers.json"
    lines = [line for line in observed.read_text().splitlines() if "loyalty_tier" not in line]
    observed.write_text("\n".join(lines).replace('"optional": true},\n  ]', '"optional": true}\n  ]'))
    assert streamplan("compile", "shop.yaml", "--out", "fresh", cwd=project).returncode == 0
    assert streamplan("apply", "fresh", cwd=project, **address).returncode == 0
    found = streamplan("run", "fresh", "--events", SHOP, "--until-end", cwd=project, **address)
    assert found.returncode == 2
    assert "held: shop.shop.customers from shop.shop.customers[0]@179 on: has fields that " in found.stdout


def test_an_unknown_option_is_a_usage_error(tmp_path: Path):
    assert streamplan("apply", "--nope", cwd=tmp_path).returncode == 64


def test_a_file_of_events_that_is_not_there_is_named(applied: Path, address):
    found = streamplan("run", "plan", "--events", "none.jsonl", cwd=applied, **address)
    assert 'error X911: no file of events matches "none.jsonl"' in found.stderr


@pytest.mark.parametrize(
    "command", ["init", "observe", "compile", "explain", "apply", "run", "status", "quarantine", "sandbox", "demo"]
)
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path):
    found = streamplan(command, "--help", cwd=tmp_path)
    assert found.returncode == 0
    assert f"streamplan {command}" in found.stdout.split("Example", 1)[1]
