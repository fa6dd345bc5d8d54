"""Several tasks of one run over a real broker: shared out, killed, stopped, left behind; nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import msgspec
import pytest
import rig
import shop
from brokers import NOIDA, STREAMPLAN, TANSU, eventually, free_port, page
from members import member
from streamplan.runtime.cli import run as command_line
from streams import Stream, envelope
from supervised import alive, supervised
from test_kafka_shop import PHASE, different, shop_plan

PARTITIONS = 4
END = "its watermarks are wrong, so that the end is not known"
BLOCKED = "a static member that is back at times blocks the group for good, or is given what another one has"
EVICTION = "it never throws a member out that is gone"
SHARED = "ingestion: {tasks: 2, batch: {max_seconds: 1}}\n"


@pytest.fixture
def stream(tmp_path, broker, warehouse):
    return Stream(tmp_path, broker, warehouse, PARTITIONS, spec=SHARED)


def shared(stream, run):
    """Sends records until both tasks have committed some."""
    stream.send(200)
    eventually(lambda: more(stream, run) or run.committing() == {0, 1})


def more(stream, run):
    """Sends a few more once all that were sent have arrived; never so."""
    assert run.process.poll() is None, run.told()
    if run.committed() >= stream.count:
        stream.send(100)


def arrived(stream, run):
    """Waits until all is in the warehouse."""

    def complete():
        assert run.process.poll() is None, run.told()
        return stream.complete()

    eventually(complete)


@pytest.mark.lacking(TANSU, END)
def test_two_tasks_load_the_shop_and_it_equals_the_source(broker, tmp_path, warehouse):
    shop_plan(tmp_path, broker)
    spec = tmp_path / "shop.yaml"
    spec.write_text(spec.read_text().replace("database: dev", f"database: {warehouse.database}"))
    plan = rig.compile_plan(spec, tmp_path / "plan")
    rig.apply_plan(plan, warehouse)
    events = list(shop.records("schemas", PHASE))
    broker.lines(events)
    command = [STREAMPLAN, "run", str(tmp_path / "plan"), "--until-end", "--tasks", "2", "--json"]
    found = [ran(command, warehouse) for _ in range(2)]
    assert [(code, one and one["events"]) for code, one, _ in found] == [(0, len(events)), (0, 0)], found[0][2]
    assert different(plan, warehouse) == {}


def ran(command, warehouse):
    """The exit code, what was printed as JSON, and the error stream."""
    done = subprocess.run(command, env=os.environ | warehouse.environment(), capture_output=True, check=False)
    return done.returncode, json.loads(done.stdout or "null"), done.stderr.decode()


@pytest.mark.lacking(TANSU, END)
@pytest.mark.parametrize("partitions", [1, PARTITIONS])
def test_tasks_to_the_end_leave_no_partition_behind_whoever_ends_first(partitions, tmp_path, broker, warehouse):
    stream = Stream(tmp_path, broker, warehouse, partitions, spec=SHARED)
    stream.send(1000)
    with supervised(stream.folder / "plan", stream.address, "--until-end") as run:
        assert run.process.wait(90) == 0, run.told()
        assert run.committed() == stream.count
    assert (stream.complete(), stream.seamless()) == (True, True)


def test_a_run_of_tasks_that_is_told_to_finish_commits_what_is_open(stream):
    with supervised(stream.folder / "plan", stream.address) as run:
        shared(stream, run)
        stream.send(300)
        tasks = run.pids()
        assert (run.end(), run.lines("failed")) == (0, []), run.told()
        assert [alive(pid) for pid in tasks.values()] == [False, False]
        assert stream.seamless_as_far()
    stream.send(1)
    with member(stream.plan, stream.address):
        eventually(stream.complete)
    assert stream.seamless()


@pytest.mark.lacking(NOIDA, EVICTION)
def test_a_task_that_is_killed_is_started_again_and_nothing_is_lost_or_doubled(stream):
    with supervised(stream.folder / "plan", stream.address) as run:
        shared(stream, run)
        killed = run.pids()[1]
        os.kill(killed, signal.SIGKILL)
        stream.send(400)
        eventually(lambda: run.pids()[1] != killed)
        arrived(stream, run)
        assert [line["reason"] for line in run.lines("retrying")] == ["task 1 was ended by SIGKILL"]
        assert run.end() == 0
    assert stream.seamless()


@pytest.mark.lacking(NOIDA, BLOCKED)
def test_a_task_with_an_instance_has_its_partitions_back_when_it_is_started_again(tmp_path, broker, warehouse):
    stream = Stream(tmp_path, broker, warehouse, PARTITIONS, spec=SHARED, instance="loader")
    with supervised(stream.folder / "plan", stream.address) as run:
        shared(stream, run)
        killed = run.pids()[0]
        os.kill(killed, signal.SIGKILL)
        stream.send(400)
        eventually(lambda: run.pids()[0] != killed)
        arrived(stream, run)
        names = broker.admin.describe_consumer_groups(["streamplan-stream"])["streamplan-stream"].result(10).members
        assert {one.group_instance_id for one in names} <= {"loader-0", "loader-1", None}
    assert stream.seamless()


@pytest.mark.lacking(TANSU, END)
def test_a_task_that_is_killed_before_the_group_knows_it_is_started_again_and_the_end_is_reached(stream):
    stream.send(4000)
    with supervised(stream.folder / "plan", stream.address, "--until-end") as run:
        eventually(lambda: 1 in run.pids())
        os.kill(run.pids()[1], signal.SIGKILL)
        assert run.process.wait(120) == 0, run.told()
        assert [line["reason"] for line in run.lines("retrying")] == ["task 1 was ended by SIGKILL"]
    assert (stream.complete(), stream.seamless()) == (True, True)


def test_tasks_evolve_the_plan_one_after_the_other_and_take_each_others_versions_over(tmp_path, broker, warehouse):
    spec = SHARED.replace("tasks: 2", "tasks: 2, schema_evolution: auto")
    stream = Stream(tmp_path, broker, warehouse, PARTITIONS, spec=spec)
    how = ("--spec", tmp_path / "stream.yaml", "--proposals", tmp_path / "proposals")
    with supervised(stream.folder / "plan", stream.address, *how) as run:
        shared(stream, run)
        for key in range(PARTITIONS):
            stream.rows[key] = f"new{key}"
            row = {"id": key, "note": f"new{key}", f"field{key}": key}
            broker.send("s.orders", json.dumps({"id": key}).encode(), envelope(row), key)
            broker.sent()
            stream.count += 1
            arrived(stream, run)
        assert run.end() == 0, run.told()
        assert run.lines("held") == []
    fields = ", ".join(f"field{key}" for key in range(PARTITIONS))
    found = stream.ask(f"SELECT id, {fields} FROM s.orders WHERE note LIKE 'new%' ORDER BY id")
    assert [row[1 + key] for key, row in enumerate(found)] == list(range(PARTITIONS))
    assert stream.seamless()


def test_a_second_command_takes_its_share_and_the_first_has_it_back(stream):
    with supervised(stream.folder / "plan", stream.address) as first:
        shared(stream, first)
        with supervised(stream.folder / "plan", stream.address, "--tasks", 1) as second:
            stream.send(200)
            eventually(lambda: grown(stream, second.lines("committed")))
            assert second.end() == 0, second.told()
        stream.send(200)
        arrived(stream, first)
        assert first.end() == 0, first.told()
    assert stream.seamless()


def grown(stream, found):
    """Sends more once all has arrived, until something is found."""
    if not found and stream.complete():
        stream.send(100)
    return found


@pytest.mark.lacking(NOIDA, EVICTION)
def test_a_task_that_wakes_after_its_partitions_were_given_away_writes_nothing_twice(tmp_path, broker, warehouse):
    stream = Stream(tmp_path, broker, warehouse, PARTITIONS, spec=SHARED.replace("max_seconds: 1", "max_seconds: 3"))
    with supervised(stream.folder / "plan", stream.address) as run:
        shared(stream, run)
        zombie = run.pids()[1]
        stream.send(400)
        os.kill(zombie, signal.SIGSTOP)
        eventually(lambda: run.process.poll() is not None or stream.complete())
        os.kill(zombie, signal.SIGCONT)
        stream.send(400)
        arrived(stream, run)
        assert run.end() == 0, run.told()
    assert stream.seamless()


def test_a_task_that_stops_for_an_error_stops_the_run(stream):
    with supervised(stream.folder / "plan", stream.address) as run:
        shared(stream, run)
        stream.ask("DROP TABLE s.orders")
        stream.send(200)
        assert run.process.wait(60) == 1
        failed = run.lines("failed")
        assert {line["code"] for line in failed} == {"X956"}
        assert {line["task"] for line in failed} <= {0, 1}
        assert run.lines("retrying") == []
        assert [alive(pid) for pid in run.pids().values()] == [False, False]


def test_no_task_outlives_the_process_that_started_it(stream):
    with supervised(stream.folder / "plan", stream.address) as run:
        shared(stream, run)
        stream.send(200)
        tasks = run.pids()
        run.process.kill()
        run.process.wait(60)
        eventually(lambda: not any(alive(pid) for pid in tasks.values()))
        assert stream.seamless_as_far()


def test_a_second_ctrl_c_ends_all_at_once(stream):
    with supervised(stream.folder / "plan", stream.address) as run:
        shared(stream, run)
        tasks = run.pids()
        os.kill(tasks[0], signal.SIGSTOP)
        run.process.send_signal(signal.SIGINT)
        eventually(lambda: "press Ctrl-C again" in run.told())
        assert run.end(signal.SIGINT) == 130
        assert [alive(pid) for pid in tasks.values()] == [False, False]


def test_metrics_and_health_of_all_tasks_are_at_one_address(stream):
    port = free_port()
    with supervised(stream.folder / "plan", stream.address, "--metrics", f"127.0.0.1:{port}") as run:
        shared(stream, run)
        lines = page(port).splitlines()
        events = [float(line.split()[-1]) for line in lines if line.startswith("streamplan_events_total{")]
        assert len(events) == 2
        assert [line for line in lines if line.startswith('streamplan_read_records_total{task="1"}')]
        assert len([line for line in lines if line == "# TYPE streamplan_events_total counter"]) == 1
        assert run.end() == 0


@pytest.mark.lacking(TANSU, END)
def test_a_dead_letter_says_which_task_wrote_it(tmp_path, broker, warehouse):
    stream = Stream(tmp_path, broker, warehouse, PARTITIONS, spec=SHARED + "quarantine: {kafka_topic: dead}\n")
    broker.topic("dead")
    for partition in range(PARTITIONS):
        broker.send("s.orders", b'{"id": 1}', b"{", partition)
    broker.sent()
    command = [STREAMPLAN, "run", str(stream.folder / "plan"), "--until-end", "--json"]
    code, summary, told = ran(command, warehouse)
    assert (code, summary and summary["quarantined"]) == (0, PARTITIONS), told
    tasks = {dict(letter.headers())["__connect.errors.task.id"] for letter in broker.read("dead", PARTITIONS)}
    assert tasks <= {b"0", b"1"}


def test_files_are_not_shared(stream, capsys, monkeypatch):
    for name, value in stream.address.environment().items():
        monkeypatch.setenv(name, value)
    assert command_line(["run", str(stream.folder / "plan"), "--events", "events.jsonl"]) == 1
    assert "error X905: 2 tasks cannot share files of events" in capsys.readouterr().err


def test_a_change_of_tasks_alone_is_a_version_without_a_migration(stream):
    spec = stream.folder / "stream.yaml"
    spec.write_text(spec.read_text().replace("tasks: 2", "tasks: 3"))
    plan = rig.compile_plan(spec, stream.folder / "plan")
    assert (plan.version, plan.tasks, plan.migrations) == (2, 3, stream.plan.migrations)
    assert b'"tasks"' not in msgspec.json.encode(msgspec.structs.replace(plan, tasks=1))
