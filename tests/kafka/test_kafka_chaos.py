"""Whatever happens to a group, its brokers, its warehouse and its S3: the tables are right, and nothing is left over.

The long form is `pytest --chaos long`; `--chaos-seed N` takes another seed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import chaos_s3
import pytest
import rig
from brokers import PACKAGES, STREAMPLAN, TANSU, Broker
from chaos import Server
from chaos_events import PARTITIONS, SPEC, TABLES, Generated
from chaos_line import line
from chaos_s3 import failing
from crowd import Crowd
from members import kafka_spec
from storm import SESSION_SECONDS, Fault, Storm
from streamplan.runtime import s3
from streamplan.runtime.cleaning import left_over
from streamplan.sandbox.truth import differences
from test_kill import events_in, gaps

STAGED = "schema: big\n  staging: {s3: {prefix: 's3://staging/chaos/'}}"
FAULTS: tuple[Fault | chaos_s3.Fault, ...] = (*Fault, *chaos_s3.Fault)


@dataclass(frozen=True, kw_only=True)
class Form:
    """How often each fault strikes, how many records come before each, and how many a batch has."""

    each: int
    slice_: int
    rows: int


FORMS = {"short": Form(each=1, slice_=120, rows=40), "long": Form(each=10, slice_=200, rows=60)}


@contextmanager
def brokered(folder: Path):
    """A broker that keeps what it has when it is killed, with a line to it that can be cut."""
    with failing(folder / "kept", "tansu") as store:
        broker = Broker(TANSU, folder / "broker", store.address)
        with line(broker.port) as cuttable:
            broker.address = f"127.0.0.1:{cuttable.port}"
            broker.start()
            try:
                yield broker, cuttable
            finally:
                broker.kill()


@contextmanager
def served():
    """A warehouse and the S3 that it reads."""
    with tempfile.TemporaryDirectory(prefix="sp-storm-") as folder:
        Path(folder).chmod(0o755)
        with failing(Path(folder) / "s3", "staging") as s3_, Server(Path(folder) / "server", s3_.address) as server:
            yield server, s3_


def built(folder: Path, broker: Broker, events: list[dict], rows: int):
    """The plan, compiled from these events."""
    spec = folder / "big.yaml"
    text = SPEC.format(max_rows=f"{rows}, max_seconds: 1").replace("schema: big", STAGED)
    spec.write_text(kafka_spec(text.replace('["*"]}\n', '["*"]}\n\n'), broker, '["big.*"]'))
    spec.write_text(spec.read_text().replace("'6000'", f"'{SESSION_SECONDS * 1000}'"))
    seen = folder / "seen.jsonl"
    seen.write_text("".join(json.dumps(event) + "\n" for event in events))
    rig.observe_file(spec, seen)
    return rig.compile_plan(spec, folder / "plan")


@pytest.mark.skipif(find_spec(PACKAGES[TANSU]) is None, reason=f"{PACKAGES[TANSU]} is not installed")
def test_a_group_loads_exactly_whatever_becomes_of_it_and_what_it_stands_on(tmp_path: Path, request):
    form, seed = FORMS[request.config.getoption("--chaos")], request.config.getoption("--chaos-seed")
    sys.stdout.write(f"seed {seed}\n")
    dice, began = random.Random(seed), time.monotonic()  # noqa: S311 - the same faults every time, not a secret
    faults = list(FAULTS * form.each)
    dice.shuffle(faults)
    generated = Generated(seed)
    with brokered(tmp_path) as (broker, cuttable), served() as (server, s3_):
        plan = built(tmp_path, broker, list(Generated(seed).records(500)), form.rows)
        rig.apply_plan(plan, server.address)
        for table in TABLES:
            broker.topic(f"big.public.{table}", PARTITIONS)
        crowd = Crowd(tmp_path / "plan", server.address.environment(), dice)
        storm = Storm(
            plan=plan,
            broker=broker,
            line=cuttable,
            server=server,
            s3=s3_,
            crowd=crowd,
            records=generated.records(sys.maxsize),
            slice_=form.slice_,
            dice=dice,
        )
        try:
            storm.go(faults)
        finally:
            crowd.clear()
            sys.stdout.write(told(storm, time.monotonic() - began))
        assert Counter(storm.struck) == Counter(faults)
        judge(plan, server, storm, generated)
        cleaned(plan, tmp_path, server)


def judge(plan, server, storm: Storm, generated: Generated) -> None:
    """Everything is in its table, once, and nothing is left over."""
    ledger = rig.rows_of(plan, server.address, "big", "_streamplan_ledger")
    assert gaps(ledger) == []
    assert events_in(ledger) == storm.sent
    assert rig.rows_of(plan, server.address, "big", "_streamplan_quarantine") == []
    for table, key in TABLES.items():
        rows = rig.rows_of(plan, server.address, "big", table)
        assert differences(list(generated.rows[table].values()), rows, key) == (), table


def cleaned(plan, folder: Path, server) -> None:
    """What runs that were killed have left in S3 goes with `clean`."""
    environment = server.address.environment()
    command = [STREAMPLAN, "clean", str(folder / "plan"), "--older-than", "0m"]
    subprocess.run(command, check=True, env=os.environ | environment, stdout=subprocess.DEVNULL)
    with s3.bucket(plan.staging, environment) as bucket:
        assert left_over(bucket, plan.connector, datetime.now(UTC) + timedelta(days=1)) == ()


def told(storm: Storm, seconds: float) -> str:
    sys.stdout.write("".join(f"  {took:5.1f} s {fault}\n" for fault, took in storm.times))
    members = storm.crowd.ever
    batches, retries = sum(one.committed for one in members), sum(one.retried for one in members)
    did = f"{storm.sent:,} records, {len(members)} members, {batches:,} batches told, {retries:,} retries"
    struck = ", ".join(f"{fault} {times}" for fault, times in sorted(Counter(storm.struck).items()))
    return f"{did}; the broker forgot partitions {storm.forgotten} times; {struck}; {seconds:.0f} s\n"
