"""Five hundred topics of which five are busy: memory stays under the bound that the bytes of a batch give."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import idle
import pytest
import rig
from brokers import NOIDA, PACKAGES, WAIT_SECONDS, Broker, raw
from confluent_kafka.admin import NewTopic
from members import kafka_spec

TABLES, BUSY, EVENTS = 500, 5, 600
MIB = 1024 * 1024
MEASURING = Path(__file__).parents[1] / "measuring.py"
NEEDS = pytest.mark.skipif(find_spec(PACKAGES[NOIDA]) is None, reason=f"{PACKAGES[NOIDA]} is not installed")


@pytest.fixture
def noida(tmp_path: Path):
    """A broker with all the topics."""
    made = Broker(NOIDA, tmp_path / "broker")
    made.start()
    for topic in made.admin.create_topics([NewTopic(idle.topic(n), 1, 1) for n in range(TABLES)]).values():
        topic.result(WAIT_SECONDS)
    yield made
    made.stop()


def sent(broker: Broker, events: list[dict]) -> None:
    for event in events:
        broker.send(event["topic"], raw(event["key"]), raw(event["value"]))
    broker.sent()


def peak(plan: Path, address) -> tuple[int, dict]:
    """The most bytes that a run to the end of the topics had, and its summary."""
    command = [sys.executable, str(MEASURING), "run", str(plan), "--until-end", "--json"]
    environment = os.environ | address.environment()
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert found.returncode == 0, found.stderr
    return int(found.stderr.splitlines()[-1]) * 1024, json.loads(found.stdout)


@NEEDS
def test_the_memory_of_a_run_follows_the_bytes_of_its_batches_and_not_the_number_of_topics(tmp_path, noida, warehouse):
    """36 MB of events with batches of 8 MiB, two at a time, and the 16 MiB that the client reads ahead."""
    spec = tmp_path / "many.yaml"
    text = idle.SPEC.replace("database: dev", f"database: {warehouse.database}")
    spec.write_text(kafka_spec(text.replace("]}\n", "]}\n\n", 1), noida, '["s.*"]'))
    rig.observe_file(spec, idle.written(tmp_path / "seen.jsonl", (idle.event(n, 0, "n") for n in range(TABLES))))
    rig.apply_plan(rig.compile_plan(spec, tmp_path / "plan"), warehouse)
    sent(noida, [idle.event(n, 0, "n") for n in range(BUSY)])
    least, summary = peak(tmp_path / "plan", warehouse)
    assert (summary["events"], summary["quarantined"]) == (BUSY, 0)
    sent(noida, [idle.event(n % BUSY, n, "x" * 60_000) for n in range(EVENTS)])
    most, summary = peak(tmp_path / "plan", warehouse)
    assert (summary["events"], summary["quarantined"]) == (EVENTS, 0)
    assert most - least < 2 * (5 * 8 + 16) * MIB
