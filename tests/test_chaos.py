"""However often a run, its connections and its server are killed, it comes to its end, and every table is right.

The long form is `pytest --chaos long`: 50 kills of the run, ten of its server and ten cut connections each;
`--chaos-seed N` takes another seed.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import rig
import shop
from chaos import Chaos, Server, Strength
from chaos_events import SPEC, TABLES, Generated
from streamplan.sandbox.truth import differences
from test_kill import events_in, gaps
from test_shop import COVERED, unknowable

SHOP = ("shop.shop.*",)


@dataclass(frozen=True, kw_only=True)
class Form:
    """How much goes wrong, over how many generated events, and how many records a batch has."""

    strength: Strength
    events: int
    generated_rows: int
    shop_rows: int
    seed: int = 0


FORMS = {
    "short": Form(strength=Strength(runs=4, servers=1, cuts=2), events=2_000, generated_rows=40, shop_rows=8),
    "long": Form(strength=Strength(runs=50, servers=10, cuts=10), events=100_000, generated_rows=100, shop_rows=5),
}


@pytest.fixture
def form(request) -> Form:
    seed = request.config.getoption("--chaos-seed")
    sys.stdout.write(f"seed {seed}\n")
    return replace(FORMS[request.config.getoption("--chaos")], seed=seed)


@pytest.fixture(scope="module")
def server():
    """In a folder that a server's own account can enter, whoever runs the tests."""
    with tempfile.TemporaryDirectory(prefix="sp-chaos-") as folder:
        Path(folder).chmod(0o755)
        with Server(Path(folder) / "server") as started:
            yield started


def survives(plan, folder: Path, server: Server, form: Form, schema: str) -> None:
    """Runs the events of `folder` to their end while everything that is planned goes wrong; judges the ledger."""
    rig.apply_plan(plan, server.address)
    dice = random.Random(form.seed)  # noqa: S311 - the same faults every time, not a secret
    began = time.monotonic()
    planned = form.strength.faults(dice)
    events = folder / "events.jsonl"
    chaos = Chaos(folder=folder, plan=plan, events=events, server=server, dice=dice, faults=list(planned))
    chaos.go()
    ledger = rig.rows_of(plan, server.address, schema, "_streamplan_ledger")
    sys.stdout.write(f"{schema}: {told(ledger, chaos)}, {time.monotonic() - began:.1f} s\n")
    assert Counter(chaos.struck) == Counter(planned)
    assert gaps(ledger) == []
    assert events_in(ledger) == events.read_bytes().count(b"\n")
    assert rig.rows_of(plan, server.address, schema, "_streamplan_quarantine") == []


def told(ledger: list[dict], chaos: Chaos) -> str:
    struck = ", ".join(f"{fault} {times} times" for fault, times in sorted(Counter(chaos.struck).items()))
    batches = sum(log.batches for log in chaos.logs)
    return f"{events_in(ledger):,} records, {batches:,} batches that were told of, {struck}"


def test_the_shop_is_right_however_often_the_run_and_its_server_are_killed(tmp_path: Path, server, form: Form):
    spec = rig.shop_spec(tmp_path, batch=f"{{max_rows: {form.shop_rows}}}")
    rig.observe_file(spec, shop.write(tmp_path / "early.jsonl", "schemas", "P07_int_to_bigint"), SHOP)
    rig.observe_file(spec, shop.write(tmp_path / "events.jsonl", "schemas", COVERED[-1]), SHOP)
    plan = rig.compile_plan(spec, tmp_path / "plan")
    survives(plan, tmp_path, server, form, "shop")
    for table, source in shop.truth()[COVERED[-1]].items():
        found = rig.different(plan, server.address, table, source)
        assert [cell for cell in found if unknowable("schemas", COVERED[-1], table, cell) is None] == [], table


def test_generated_events_are_loaded_exactly_however_often_the_run_and_its_server_are_killed(
    tmp_path: Path, server, form: Form
):
    generated = Generated(form.seed)
    with (tmp_path / "events.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in generated.records(form.events))
    spec = tmp_path / "big.yaml"
    spec.write_text(SPEC.format(max_rows=form.generated_rows), encoding="utf-8")
    rig.observe_file(spec, tmp_path / "events.jsonl")
    plan = rig.compile_plan(spec, tmp_path / "plan")
    survives(plan, tmp_path, server, form, "big")
    for table, key in TABLES.items():
        rows = rig.rows_of(plan, server.address, "big", table)
        assert differences(list(generated.rows[table].values()), rows, key) == (), table


def test_the_same_seed_makes_the_same_events_and_another_one_makes_others():
    made = {seed: list(Generated(seed).records(500)) for seed in (1, 2)}
    assert made[1] == list(Generated(1).records(500))
    assert made[1] != made[2]
