"""The commands with Kafka: observe, run, status, each as somebody runs them."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest
import rig
from brokers import STREAMPLAN, TANSU, eventually, free_port, page
from members import Everything, source
from streamplan.runtime.blocks import Reading
from streamplan.runtime.cli import run
from streamplan.runtime.metrics import Metrics
from streams import Stream, envelope

END = "its watermarks are wrong, so that the end is not known"


@pytest.fixture
def stream(tmp_path, broker, warehouse, monkeypatch):
    for name, value in warehouse.environment().items():
        monkeypatch.setenv(name, value)
    return Stream(tmp_path, broker, warehouse)


@pytest.mark.lacking(TANSU, END)
def test_run_reads_from_kafka_what_the_spec_says(stream, capsys):
    stream.send(20)
    assert run(["run", str(stream.folder / "plan"), "--until-end", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 20
    assert stream.complete()


def test_a_run_that_is_told_to_finish_commits_what_is_open(stream):
    stream.send(20)
    port = free_port()
    command = [STREAMPLAN, "run", str(stream.folder / "plan"), "--log", "json", "--metrics", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            eventually(lambda: process.poll() is not None or "streamplan_read_records_total 20.0" in page(port))
            assert (process.poll(), stream.ledger()) == (None, [])
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, process.stderr.read()
        finally:
            process.kill()
    assert (stream.complete(), stream.ledger()) == (True, [(0, 0, 19)])


@pytest.mark.lacking(TANSU, END)
def test_metrics_say_how_far_each_partition_lags(stream):
    stream.send(20)
    metrics = Metrics(stream.plan)
    with source(stream.plan, Reading.TO_THE_END) as topics:
        metrics.watch(topics)
        topics.follow(Everything())
        topics.seek({})
        while not topics.ended:
            topics.poll()
        topics._lag_at = 0.0  # noqa: SLF001 - looked at once a second
        metrics.advanced(20, 100)
    assert 'streamplan_lag_records{partition="0",topic="s.orders"} 0.0' in shown(metrics)


def shown(metrics: Metrics) -> list[str]:
    return (
        b"".join(metrics.page({"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET"}, lambda *_: None))
        .decode()
        .splitlines()
    )


@pytest.mark.lacking(TANSU, END)
def test_status_asks_kafka_how_many_records_are_not_in_the_warehouse(stream, capsys):
    plan = str(stream.folder / "plan")
    stream.send(20)
    run(["run", plan, "--until-end"])
    stream.send(7)
    capsys.readouterr()
    assert run(["status", plan, "--lag"]) == 0
    assert "  lag         s.orders[0] 7 records" in capsys.readouterr().out.splitlines()
    assert run(["status", plan, "--lag", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lag"] == [{"topic": "s.orders", "partition": 0, "records": 7}]


@pytest.mark.lacking(TANSU, END)
def test_observe_learns_from_the_first_and_the_last_records_of_each_topic(stream, broker, capsys):
    broker.topic("s.returns", 2)
    for number in range(3000):
        row = (
            {"id": number, "note": "n"} | ({"early": 1} if number < 5 else {}) | ({"late": 1} if number > 2994 else {})
        )
        broker.send("s.returns", b'{"id": %d}' % number, envelope(row, table="returns"), number % 2)
    broker.sent()
    assert run(["observe", str(stream.folder / "stream.yaml"), "--kafka", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    (learnt,) = [table for table in said["tables"] if table["topic"] == "s.returns"]
    assert learnt["samples"] == 2000
    written = json.loads((stream.folder / "observed" / "s.returns.json").read_text())
    assert {"id", "note", "early", "late"} == {field["field"] for field in written["value"]}
    groups = broker.admin.list_consumer_groups().result(10)
    assert [group.group_id for group in groups.valid] == []


def test_observe_says_that_no_topic_matches(stream, capsys):
    spec = stream.folder / "stream.yaml"
    spec.write_text(spec.read_text().replace('["s.*"]', '["x.*"]'))
    assert run(["observe", str(spec), "--kafka"]) == 1
    assert "X917" in capsys.readouterr().err


def test_observe_from_kafka_needs_it_in_the_spec(tmp_path, capsys):
    spec = rig.shop_spec(tmp_path)
    assert run(["observe", str(spec), "--kafka"]) == 64
    assert run(["observe", str(spec), "--kafka", "--events", "x"]) == 64
    assert "--kafka needs source.kafka" in capsys.readouterr().err
