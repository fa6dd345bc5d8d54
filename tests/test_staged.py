"""Rows staged over S3: what is then in the tables is what INSERT brings there, whatever the values and whichever S3."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import modes
import pytest
import rig
import shop
from moto.server import ThreadedMotoServer
from quarantined import LOG, STATE, Rig, line, record, spec
from streamplan.sandbox.sandbox import running
from test_shop import unknowable
from vectors import FILES, Vector, connect, vectors
from vectors_stream import SPEC, STAGED, run

PHASE = "P11_new_table"
IN_S3 = "schema: shop\n  staging: {s3: {prefix: 's3://staging/streamplan/'}}"


def made(endpoint: str, bucket: str) -> None:
    """Makes a bucket where one must be made."""
    connection = HTTPConnection(urlsplit(endpoint).netloc)
    connection.request("PUT", f"/{bucket}")
    assert connection.getresponse().status == 200
    connection.close()


def shop_plan(folder: Path, database: str = "dev"):
    """The shop's plan for a database, and its events, staged over S3."""
    spec = rig.shop_spec(folder)
    text = spec.read_text().replace("schema: shop", IN_S3, 1)
    spec.write_text(text.replace("database: dev", f"database: {database}"))
    events = shop.write(folder / "events.jsonl", "schemas", PHASE)
    rig.observe_file(spec, events, ("shop.shop.*",))
    return rig.compile_plan(spec, folder / "plan"), events


def everything_equals_the_source(plan, address) -> bool:
    for table, source in shop.truth()[PHASE].items():
        for cell in rig.different(plan, address, table, source):
            assert unknowable("schemas", PHASE, table, cell), (table, cell)
    return True


def test_the_shop_staged_over_s3_equals_the_source(tmp_path: Path, warehouse):
    plan, events = shop_plan(tmp_path)
    rig.apply_plan(plan, warehouse)
    assert rig.run_plan(plan, warehouse, events).quarantined == 0
    assert everything_equals_the_source(plan, warehouse)


def test_the_loader_stages_over_s3_with_the_rights_that_it_is_given(tmp_path: Path, warehouse, session):
    plan, events = shop_plan(tmp_path, warehouse.database)
    rig.apply_plan(plan, warehouse)
    session(f"REVOKE TEMP ON DATABASE {warehouse.database} FROM PUBLIC")
    assert rig.run_plan(plan, replace(warehouse, user="streamplan_loader"), events).quarantined == 0
    assert everything_equals_the_source(plan, warehouse)


def test_the_commands_stage_over_the_s3_that_the_environment_names(tmp_path: Path, warehouse):
    plan, events = shop_plan(tmp_path, warehouse.database)
    rig.apply_plan(plan, warehouse)
    command = [sys.executable, "-c", "from streamplan.runtime.cli import main; main()", "run", "plan", "--until-end"]
    environment = os.environ | warehouse.environment()
    subprocess.run([*command, "--events", str(events)], check=True, capture_output=True, cwd=tmp_path, env=environment)
    assert everything_equals_the_source(plan, warehouse)


def test_records_are_replayed_from_quarantine_over_s3(tmp_path: Path, warehouse):
    rigged = Rig(tmp_path, warehouse)
    rigged.fill(record(line(LOG, 1, 1, "abc")), record(line(LOG, 2, 2, "null")))
    text = spec(5).replace("database: dev", f"database: {warehouse.database}")
    staged_text = text.replace("schema: modes", "schema: modes\n  staging: {s3: {prefix: 's3://staging/replayed/'}}")
    rigged.plan = modes.built(tmp_path, staged_text, [line(topic, 0, 1, "abc") for topic in (LOG, STATE)], warehouse)
    found = rigged.command("replay", "--all")
    assert (found.returncode, b"modes: 2 records taken in" in found.stdout) == (0, True)
    assert rigged.rows("log") == [(1, "abc", 0), (2, "null", 0)]


def test_the_shop_staged_over_another_s3_equals_the_source(tmp_path: Path):
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with running(s3=f"http://{host}:{port}") as sandbox:
            plan, events = shop_plan(tmp_path)
            made(sandbox.address.s3, "staging")
            rig.apply_plan(plan, sandbox.address)
            assert rig.run_plan(plan, sandbox.address, events).quarantined == 0
            assert everything_equals_the_source(plan, sandbox.address)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def every_cell():
    return [vector for name in FILES for vector in vectors(name)]


def test_every_cell_of_every_type_is_held_as_insert_holds_it(every_cell, sandbox, tmp_path: Path):
    outcomes = []
    for name, text in (("inserted", SPEC), ("staged", STAGED)):
        address = sandbox.create_database(f"cells_{name}")
        (tmp_path / name).mkdir()
        outcomes.append(run(every_cell, tmp_path / name, address, text))
        sandbox.drop_database(address.database)
    inserted, staged = outcomes
    assert len(inserted) == len(staged) > 5_000
    assert [(a, b) for a, b in zip(inserted, staged, strict=True) if repr(a) != repr(b)] == []  # NaN is not NaN


HOSTILE = [
    "",
    " ",
    "  padded  ",
    "\\N",
    "\\\\N",
    '"\\N"',
    "N",
    "NULL",
    "null",
    '"',
    '""',
    '","',
    "'",
    "a,b",
    "line\nbreak",
    "return\r\nand break",
    "\r",
    "\ttab\vand\fothers",
    "back\\slash\\",
    "\\.",
    "\x01\x02\x1a\x7f",
    "next\x85line\u2028separator\u2029paragraph",
    "\ufeffmark",
    "表 🛒 e\u0301 \u200b",
    "{manifest}",
    "%s ? $1 {{x}} '; DROP TABLE x; --",
    "x" * 65_535,
    '"' * 65_535,
]
DOCUMENTS = ['""', "null", "1e400", '{"a": "\\\\N"}', '"\\\\N"', '[1, [2, {"b": "\\u2028, \\"quoted\\""}]]', "[]", "{}"]


def cell(kind: str, value: str, name: str = "") -> Vector:
    """A cell of a schema, sent as this JSON."""
    schema = connect(f"{kind}{name}")
    return Vector("test", "t", "v", kind, value, "stream", "hostile", schema, optional=True, json=value)


def staged(cells: list[Vector], folder: Path, address) -> list:
    return [outcome.held for outcome in run(cells, folder, address, STAGED)]


def test_hostile_texts_survive_exactly(tmp_path: Path, warehouse):
    cells = [cell("string", json.dumps(text)) for text in HOSTILE] + [cell("string", "null")]
    assert staged(cells, tmp_path, warehouse) == [*HOSTILE, None]


def test_documents_are_what_insert_makes_of_them(tmp_path: Path, warehouse, sandbox):
    cells = [cell("string", json.dumps(text), " io.debezium.data.Json") for text in DOCUMENTS]
    other = sandbox.create_database("documents_inserted")
    (tmp_path / "inserted").mkdir()
    inserted = [outcome.held for outcome in run(cells, tmp_path / "inserted", other)]
    sandbox.drop_database(other.database)
    assert staged(cells, tmp_path, warehouse) == inserted


def test_no_bytes_are_no_null_and_what_is_no_number_is_none(tmp_path: Path, warehouse):
    held = staged([cell("bytes", '""'), cell("bytes", "null"), cell("bytes", '"AAE="')], tmp_path, warehouse)
    assert held == ["", None, "0001"]


def test_a_row_longer_than_copy_takes_is_inserted(tmp_path: Path, warehouse):
    document = json.dumps({str(n): "x" * 60_000 for n in range(90)})
    (held,) = staged([cell("string", json.dumps(document), " io.debezium.data.Json")], tmp_path, warehouse)
    assert json.loads(held) == json.loads(document)
