"""Runs of the command against a sandbox: a database and a plan for each, and a look at what it left in the table."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import redshift_connector
from streamplan.sandbox.sandbox import Address, Sandbox, running

import orders
import project
import servers
from figures import Figure
from measure import Cost, measured

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Stream:
    """A file of events, how many they are, and what `orders.SUMS` gives of the table that they make."""

    path: Path
    topic: str
    events: int
    sums: Sequence[str]


@dataclass(frozen=True, slots=True)
class Stand:
    """A sandbox, and a folder for what is measured."""

    sandbox: Sandbox
    folder: Path

    def run(self, name: str, stream: Stream, batch: project.Batch, start: Cost | None = None) -> Figure:
        """Loads the stream into an empty table.

        `start` is the cost of a run over one event, where it is known; else it is the least of two.
        """
        one = ["--events", one_of(stream, self.folder)]
        start = start or min((self.cost(stream, batch, one)[0] for _ in range(2)), key=lambda cost: cost.cpu)
        cost, gateway, postgres, same = self.cost(stream, batch, ["--events", stream.path])
        return Figure(
            name=name,
            events=stream.events,
            batch=batch.rows,
            files=batch.files,
            cost=cost,
            start=start,
            gateway=gateway,
            postgres=postgres,
            same=same,
        )

    def cost(
        self, stream: Stream, batch: project.Batch, options: Sequence[str | Path], source: str = ""
    ) -> tuple[Cost, float, float, bool]:
        """What a run with these options costs, the gateway's CPU and PostgreSQL's, and whether the table is right."""
        number = next(_numbers)
        address = self.sandbox.create_database(f"bench_{number}")
        environment = os.environ | address.environment()
        folder = self.folder / f"run_{number}"
        plan = project.plan(folder, stream.topic, batch, address.database, source)
        subprocess.run([project.STREAMPLAN, "apply", plan], env=environment, check=True, capture_output=True)
        before = self._servers()
        command = [project.STREAMPLAN, "run", plan, *options, "--until-end"]
        cost = measured(command, folder, environment=environment)
        gateway, postgres = (after - then for after, then in zip(self._servers(), before, strict=True))
        same = _sums(address) == stream.sums
        self.sandbox.drop_database(address.database)
        return cost, gateway, postgres, same

    def _servers(self) -> tuple[float, float]:
        """The CPU that the gateway with its S3, and PostgreSQL have taken."""
        return servers.cpu(self.sandbox.pid), servers.cpu_with_children(self.sandbox.postgres_pid)


def one_of(stream: Stream, folder: Path) -> Path:
    """A file with the first event of the stream alone."""
    path = folder / "one.jsonl"
    if not path.exists():
        with stream.path.open("rb") as file:
            path.write_bytes(file.readline())
    return path


@contextmanager
def stand(folder: Path) -> Iterator[Stand]:
    """A sandbox, while the `with` lasts."""
    with running() as sandbox:
        yield Stand(sandbox, folder)


def _sums(address: Address) -> list[str]:
    connection = redshift_connector.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        database=address.database,
        ssl=False,
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(orders.SUMS)} FROM {project.SCHEMA}.orders")  # noqa: S608 - our own words
        return orders.as_text([*cursor.fetchone()])
