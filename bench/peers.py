"""The peers: other ways to bring the same events into the same PostgreSQL, without a gateway between.

They are installed once, in a virtual environment outside the repository. Each runs in a process of its own, into a
database of its own, which is compared with what the events make.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from streamplan.sandbox.postgres import ADMIN, Isolation, Server, serving
from streamplan.sandbox.query import Session, over_unix

import orders
import servers
from figures import Figure
from measure import Cost, measured
from stand import Stream, one_of

PINS = (
    "adbc-driver-manager==1.13.0",
    "adbc-driver-postgresql==1.13.0",
    "dlt[postgres]==1.31.0",
    "msgspec==0.22.0",
    "psycopg[binary]==3.3.9",
    "pyarrow==26.0.1",
)
HERE = Path(__file__).parent
PEERS = {
    "dlt, best (Arrow, Parquet, ADBC)": ("peer_dlt.py", "best", 50_000),
    "psycopg, reduced, executemany": ("peer_rows.py", "reduced", 3_000),
    "psycopg, a statement a row": ("peer_rows.py", "rows", 3_000),
    "dlt, default (dicts, insert_values)": ("peer_dlt.py", "default", 50_000),
}
_TABLES = {"peer_dlt.py": "bench.orders", "peer_rows.py": "orders"}
_CHECK = """\
import sys, psycopg, json, orders
with psycopg.connect(sys.argv[1]) as connection:
    print(json.dumps(orders.as_text([*connection.execute(sys.argv[2]).fetchone()])))
"""


def installed(home: Path) -> Path:
    """The interpreter that has the peers, installed when they are not there yet. Raises CalledProcessError."""
    folder = home / "data-path"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PINS], check=True)
        (folder / "ready").touch()
    return python


def measured_peers(python: Path, stream: Stream, folder: Path) -> Iterator[Figure]:
    """Each peer over the stream."""
    with serving(None, Isolation.SNAPSHOT) as server:
        for number, (name, (script, how, batch)) in enumerate(PEERS.items()):
            start, _, _ = _cost(python, (script, how), one_of(stream, folder), folder / f"start_{number}", server)
            cost, postgres, found = _cost(python, (script, how), stream.path, folder / f"peer_{number}", server)
            same = found == stream.sums
            yield Figure(
                name=name,
                events=stream.events,
                batch=batch,
                cost=cost,
                start=start,
                postgres=postgres,
                same=same,
            )


def _cost(
    python: Path, peer: tuple[str, str], events: Path, folder: Path, server: Server
) -> tuple[Cost, float, list[str]]:
    """What it costs, PostgreSQL's CPU, and the sums of the table."""
    folder.mkdir()
    script, how = peer
    with Session(over_unix(server.socket), user=ADMIN, database="postgres") as session:
        session.run(f"CREATE DATABASE {folder.name}")
    dsn = f"postgresql://{ADMIN}:none@localhost:5432/{folder.name}?host={server.socket.parent}"
    before = servers.cpu_with_children(server.pid)
    cost = measured([python, HERE / script, how, dsn, events, folder / "state"], folder)
    postgres = servers.cpu_with_children(server.pid) - before
    query = f"SELECT {', '.join(orders.SUMS)} FROM {_TABLES[script]}"  # noqa: S608 - our own words
    said = subprocess.run([python, "-c", _CHECK, dsn, query], cwd=HERE, check=True, capture_output=True)
    found: list[str] = json.loads(said.stdout)
    return cost, postgres, found
