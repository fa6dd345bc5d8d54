"""The peer: dbt, which parses as many models of as many columns, and compiles them to SQL, without a warehouse.

It is installed once, in a virtual environment outside the repository. Each model is a SELECT with a cast and a name for
each column; a contract in the folder's `schema.yml` lists the columns with their types. No adapter connects: `compile`
runs with `--no-populate-cache --no-introspect`, against an address where nobody listens.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from measure import Cost, TooLongError, measured
from models import Table, grown, tables

PINS = ("dbt-core==1.11.16", "dbt-postgres==1.11.0")  # later than 1.11, dbt-core installs from the network
OFFLINE = ("--no-populate-cache", "--no-introspect")
ONE_CHANGED = "compile, one column added"
STEPS = {
    "compile, cold": ("compile", "--no-partial-parse", *OFFLINE),
    "compile, warm": ("compile", *OFFLINE),
    ONE_CHANGED: ("compile", *OFFLINE),
    "parse, cold": ("parse", "--no-partial-parse"),
    "parse, warm": ("parse",),
}
_A_FOLDER = 100  # models in one folder, under one schema.yml
_QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1", "DBT_USE_COLORS": "false"}
_PROJECT = """\
name: bench
version: "1.0"
config-version: 2
profile: bench
models:
  bench:
    +materialized: table
"""
_PROFILE = """\
bench:
  target: bench
  outputs:
    bench:
      {type: postgres, host: 127.0.0.1, port: 1, user: bench, password: bench, dbname: bench, schema: bench, threads: 1}
"""


def installed(home: Path) -> Path:
    """The dbt command, installed when it is not there yet. Raises CalledProcessError."""
    folder = home / "-".join(pin.replace("==", "-") for pin in PINS)
    command = folder / "bin" / "dbt"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *PINS], check=True)
    return command


def costs(dbt: Path, folder: Path, count: int, columns: int, seconds: float) -> dict[str, Cost | None]:
    """The cost of each step; None from the one on with which all took longer than they may."""
    _write(folder, count, columns)
    found: dict[str, Cost | None] = dict.fromkeys(STEPS)
    until = time.monotonic() + seconds
    with suppress(TooLongError):
        for step, arguments in STEPS.items():
            if step == ONE_CHANGED:
                _write_folder(folder / "models" / "part_000", _grown([*islice(tables(count, columns), _A_FOLDER)]))
            command = [str(dbt), "--quiet", *arguments, "--profiles-dir", str(folder), "--project-dir", str(folder)]
            left = until - time.monotonic()
            found[step] = measured(command, folder, seconds=left, environment=os.environ | _QUIET)
    return found


def _grown(some: list[Table]) -> list[Table]:
    return [grown(some[0]), *some[1:]]


def _write(folder: Path, count: int, columns: int) -> None:
    (folder / "dbt_project.yml").write_text(_PROJECT)
    (folder / "profiles.yml").write_text(_PROFILE)
    made = tables(count, columns)
    for number, some in enumerate(iter(lambda: [*islice(made, _A_FOLDER)], [])):
        _write_folder(folder / "models" / f"part_{number:03}", some)


def _write_folder(folder: Path, some: list[Table]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for table in some:
        (folder / f"{table.name}.sql").write_text(_select(table))
    (folder / "schema.yml").write_text("version: 2\nmodels:\n" + "".join(line for t in some for line in _contract(t)))


def _select(table: Table) -> str:
    casts = ",\n".join(f'    cast("{name}" as {kind.sql}) as "{name}"' for name, kind in table.columns.items())
    return f'select\n{casts}\nfrom "public"."{table.name}"\n'


def _contract(table: Table) -> Iterator[str]:
    yield f"  - name: {table.name}\n    config: {{contract: {{enforced: true}}}}\n    columns:\n"
    for name, kind in table.columns.items():
        yield f'      - {{name: {name}, data_type: "{kind.sql}"}}\n'
