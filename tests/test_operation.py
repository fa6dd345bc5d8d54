"""`run` as somebody operates it: signals, log lines, metrics, status and memory, each with a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
import rig
import shop
from streamplan.runtime.disk import load

PHASE = "P01_dml"
MEASURING = Path(__file__).parent / "measuring.py"
WAIT_SECONDS = 120
MIB = 1024 * 1024


@pytest.fixture
def project(tmp_path: Path, warehouse):
    """A folder with a plan that is applied; its batches wait for one second and hold 8 MiB."""
    spec = rig.shop_spec(tmp_path)
    text = spec.read_text().replace("database: dev", f"database: {warehouse.database}")
    spec.write_text(text.replace("max_bytes: 64MiB, max_seconds: 30", "max_bytes: 8MiB, max_seconds: 1"))
    shop.write(tmp_path / "events.jsonl", "schemas", PHASE)
    rig.observe_file(spec, tmp_path / "events.jsonl", ("shop.shop.*",))
    rig.apply_plan(rig.compile_plan(spec, tmp_path / "plan"), warehouse)
    return tmp_path


@contextmanager
def started(project: Path, warehouse, *arguments: object):
    """A run as a process; it is killed if it is still there at the end."""
    command = [sys.executable, str(MEASURING), "run", "plan", *map(str, arguments)]
    pipe, env = subprocess.PIPE, os.environ | warehouse.environment()
    with subprocess.Popen(command, cwd=project, env=env, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def ran(project: Path, warehouse, *arguments: object) -> subprocess.CompletedProcess[str]:
    with started(project, warehouse, *arguments) as process:
        out, err = process.communicate(timeout=WAIT_SECONDS)
    return subprocess.CompletedProcess(arguments, process.returncode, out.decode(), err.decode())


def until(found):
    """What `found` gives as soon as it is true."""
    end = time.monotonic() + WAIT_SECONDS
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def all_equal(project: Path, warehouse) -> bool:
    plan = load(project / "plan")
    return all(rig.different(plan, warehouse, table, rows) == () for table, rows in shop.truth()[PHASE].items())


def committed(project: Path, warehouse) -> int:
    """How many events are in the ledger."""
    rows = rig.rows_of(load(project / "plan"), warehouse, "shop", "_streamplan_ledger")
    return sum(row["to_offset"] - row["from_offset"] + 1 for row in rows)


def test_events_of_a_pipe_that_stays_open_are_loaded_and_sigterm_ends_the_run_well(project: Path, warehouse):
    events = (project / "events.jsonl").read_bytes()
    cut = len(events) // 2
    with started(project, warehouse, "--events", "-") as process:
        process.stdin.write(events[:cut])
        process.stdin.flush()
        until(lambda: committed(project, warehouse) == events[:cut].count(b"\n"))
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, b" upserted" in out) == (0, True)
    assert ran(project, warehouse, "--events", "events.jsonl", "--until-end").returncode == 0
    assert all_equal(project, warehouse)


def test_ctrl_c_finishes_a_run_that_follows_a_file(project: Path, warehouse):
    with started(project, warehouse, "--events", "events.jsonl") as process:
        until(lambda: committed(project, warehouse) > 0)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, b"press Ctrl-C again to leave at once" in err) == (0, True)
    assert all_equal(project, warehouse)


def test_log_lines_of_json_are_all_that_is_on_standard_error(project: Path, warehouse):
    found = ran(project, warehouse, "--events", "events.jsonl", "--until-end", "--log", "json")
    lines = [json.loads(line) for line in found.stderr.splitlines()[:-1]]
    assert {line["event"] for line in lines} == {"committed"}
    assert sum(line["events"] for line in lines) == sum(1 for _ in shop.records("schemas", PHASE))
    again = ran(project, warehouse, "--events", "none.jsonl", "--log", "json")
    assert (again.returncode, json.loads(again.stderr.splitlines()[0])["code"]) == (1, "X911")


def test_metrics_and_health_are_served_while_a_run_lasts(project: Path, warehouse):
    address = f"127.0.0.1:{free_port()}"
    total = (project / "events.jsonl").read_bytes().count(b"\n")

    def page(path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=WAIT_SECONDS) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def events() -> float:
        counts = re.findall(r"^streamplan_events_total\{.*\} (.*)$", page("/metrics"), re.MULTILINE)
        return sum(map(float, counts))

    with started(project, warehouse, "--events", "events.jsonl", "--metrics", address) as process:
        until(lambda: events() == total)
        assert page("/healthz") == "ok\n"
        assert "\nstreamplan_lag_bytes 0.0\n" in page("/metrics")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, page("/healthz")) == (0, "")


def test_an_address_for_metrics_has_a_host_and_a_port(project: Path, warehouse):
    found = ran(project, warehouse, "--metrics", "9464")
    assert (found.returncode, '"9464" is no HOST:PORT' in found.stderr) == (64, True)


def test_status_says_when_each_partition_was_committed_and_by_which_version(project: Path, warehouse):
    ran(project, warehouse, "--events", "events.jsonl", "--until-end")
    command = [sys.executable, "-c", "from streamplan.runtime.cli import main; main()", "status", "plan"]
    env = os.environ | warehouse.environment()
    text = subprocess.run(command, cwd=project, env=env, check=True, capture_output=True, text=True).stdout
    assert re.search(r"position    shop\.shop\.orders\[0\] up to offset \d+, at 20.*\+00:00, by version 1", text)
    said = subprocess.run([*command, "--json"], cwd=project, env=env, check=True, capture_output=True, text=True).stdout
    position = json.loads(said)["positions"][0]
    assert (position["version"], position["committed_at"][-6:]) == (1, "+00:00")


def test_status_says_how_many_records_of_each_partition_are_not_committed(project: Path, warehouse):
    ran(project, warehouse, "--events", "events.jsonl", "--until-end")
    row = {"order_id": 1, "note": None}
    more = {"topic": "shop.shop.orders", "partition": 1, "offset": 0, "key": {"order_id": 1}, "value": {"after": row}}
    (project / "more.jsonl").write_text("".join(json.dumps(more | {"offset": n}) + "\n" for n in range(3)))
    command = [sys.executable, "-c", "from streamplan.runtime.cli import main; main()", "status", "plan"]
    asked = [*command, "--lag", "--events", "*.jsonl"]
    env = os.environ | warehouse.environment()
    text = subprocess.run(asked, cwd=project, env=env, check=True, capture_output=True, text=True).stdout
    assert re.search(r"lag +shop\.shop\.orders\[0\] 0 records\n +lag +shop\.shop\.orders\[1\] 3 records", text)
    said = subprocess.run([*asked, "--json"], cwd=project, env=env, check=True, capture_output=True, text=True).stdout
    assert {"topic": "shop.shop.orders", "partition": 1, "records": 3} in json.loads(said)["lag"]


def wide(offset: int, table: str, size: int) -> bytes:
    """An event whose one text has so many bytes."""
    row = (
        {"sku": f"S{offset}", "name": "x" * size}
        if table == "products"
        else {"customer_id": offset, "email": "x" * size}
    )
    key = {name: row[name] for name in list(row)[:1]}
    value = {"op": "c", "before": None, "after": row, "source": {"table": table, "schema": "shop"}}
    topic = f"shop.shop.{table}"
    return json.dumps({"topic": topic, "partition": 0, "offset": offset, "key": key, "value": value}).encode() + b"\n"


def peak(project: Path, warehouse, *events: bytes) -> tuple[int, dict]:
    """The most bytes that a run over these events had, and its summary."""
    (project / "wide.jsonl").write_bytes(b"".join(events))
    found = ran(project, warehouse, "--events", "wide.jsonl", "--until-end", "--json")
    assert found.returncode == 0, found.stderr
    return int(found.stderr.splitlines()[-1]) * 1024, json.loads(found.stdout)


def test_memory_is_bounded_by_the_bytes_of_all_open_batches(project: Path, warehouse):
    """70 MB of events with batches of 8 MiB: less than eight times that more than a run over one small event."""
    least, _ = peak(project, warehouse, wide(0, "products", 10))
    tables = ("products", "customers")
    much, summary = peak(project, warehouse, *(wide(n, tables[n % 2], 60_000) for n in range(1, 1_200)))
    assert (summary["events"], summary["quarantined"]) == (1_199, 0)
    assert much - least < 64 * MIB


def test_one_very_large_event_goes_through_alone(project: Path, warehouse):
    """One event of 60 MiB, too long for its column: less than five times its size more than a run over a small one."""
    least, _ = peak(project, warehouse, wide(0, "products", 10))
    large = wide(2, "products", 60 * MIB)
    most, summary = peak(project, warehouse, wide(1, "products", 10), large, wide(3, "products", 10))
    assert (summary["events"], summary["batches"], summary["quarantined"]) == (3, 3, 1)
    assert most - least < 300 * MIB
