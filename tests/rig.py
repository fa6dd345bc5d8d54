"""What the end-to-end tests share: compile, apply and run as the commands do, and read tables back."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from streamplan.compiler.api import compile_files
from streamplan.compiler.emit import write as write_plan
from streamplan.compiler.observe import Sample, observe
from streamplan.compiler.observed import read_observed, save
from streamplan.compiler.sql import ident
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.migrate import Applied, apply
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.redshift import connected
from streamplan.runtime.settings import filled, with_hash_salt, with_passwords
from streamplan.runtime.staging import staging
from streamplan.runtime.statement import Statement
from streamplan.runtime.tally import Summary
from streamplan.sandbox.truth import Difference, as_single, differences

SECRETS = {"LOADER_PASSWORD": "Loader-1", "DEPLOYER_PASSWORD": "Deployer-1", "SHOP_SALT": "pepper"}
SPECS = Path(__file__).parent.parent / "specs"


def shop_spec(folder: Path, **changes: str) -> Path:
    """A copy of the shop's spec, which inserts its rows, with pieces of its text replaced."""
    lines = (SPECS / "shop.yaml").read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("  staging:"))
    for old, new in changes.items():
        text = text.replace(f"{old}:", f"{old}: {new}  #") if new else text
    path = folder / "shop.yaml"
    path.write_text(text)
    return path


def observe_file(spec: Path, events: Path, topics: tuple[str, ...] = ("*",)) -> tuple[str, ...]:
    """Observes a file of events beside a spec, as the command does."""
    folder = spec.parent / "observed"
    with FileSource(str(events)) as source:
        samples = []
        while not source.ended:
            samples += [Sample(topic=r.at.topic, key=r.key, value=r.value) for r in source.poll()]
    found = observe(samples, topics, read_observed(folder))
    save(found.observed.topics, folder)
    return found.notes


def compile_plan(spec: Path, out: Path) -> Plan:
    """Compiles and writes, as the command does."""
    compiled = compile_files(spec, out)
    write_plan(compiled.files, compiled.sums, compiled.before, out) if not compiled.unchanged else None
    return load(out)


@contextmanager
def warehouse_of(plan: Plan, address: Any):
    """The runtime's connection to a sandbox's database."""
    settings = msgspec.structs.replace(plan.destination, database=address.database)
    with connected(filled(settings, os.environ | address.environment())) as warehouse:
        yield warehouse


def apply_plan(plan: Plan, address: Any, *allowed: str) -> Applied:
    """Applies a plan to a sandbox's database."""
    with warehouse_of(plan, address) as warehouse:
        return apply(with_passwords(plan, SECRETS, "5a17"), warehouse, frozenset(allowed), lambda _: None)


def run_plan(plan: Plan, address: Any, events: Path) -> Summary:
    """Runs a plan over a file of events, to its end."""
    environment = os.environ | address.environment()
    with (
        warehouse_of(plan, address) as warehouse,
        FileSource(str(events)) as source,
        staging(plan, environment) as stage,
    ):
        return Run(with_hash_salt(plan, SECRETS), source, warehouse, SystemClock(), Silent(), stage=stage).go(Until.END)


def rows_of(plan: Plan, address: Any, schema: str, table: str) -> list[dict[str, Any]]:
    """All rows of a table, as the driver gives them, by column name."""
    names = Statement(
        path="columns",
        sql="SELECT column_name FROM svv_columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
    )
    with warehouse_of(plan, address) as warehouse, warehouse.transaction():
        columns = [name for (name,) in warehouse.execute(names, (schema, table))]
        found = warehouse.execute(Statement(path="rows", sql=f"SELECT * FROM {ident(schema, table)}"))
    return [dict(zip(columns, row, strict=True)) for row in found]


def different(plan: Plan, address: Any, table: str, source: list[dict[str, Any]]) -> tuple[Difference, ...]:
    """The cells of one of the shop's tables that differ from the source's."""
    key = next(program.key for program in plan.tables if program.table == f"shop.{table}")
    return differences(as_single(source, "rating"), rows_of(plan, address, "shop", table), key)
