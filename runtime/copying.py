"""Stages rows over S3: files and a manifest under a prefix of their own, COPY, and a look at how many rows it loaded.

The files belong to one attempt of one transaction, and are written before it locks anything. They are removed behind
it; those of a run that was killed stay until `cleaning` finds them, and those that COPY refused stay to be looked at.
**A batch is committed only where COPY has loaded exactly the rows that were written.**
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import quote

import msgspec

from .errors import StopError, StreamplanError, WarehouseError
from .inserting import INSERTING
from .lines import File, files
from .load import Load
from .plan import Plan
from .ports import Lays, Stages, Warehouse
from .statement import Statement
from .table_program import Copy, TableProgram

_MANIFEST = "manifest.json"
_PLACE = "'s3://{manifest}'"
_SHOWN = 5


class Objects(Protocol):
    """Where files lie: keys, under the prefix of the plan's settings."""

    def put(self, key: str, body: bytes) -> None:
        """Writes an object; raises WarehouseError X980, StopError X981."""

    def remove(self, keys: Sequence[str]) -> None:
        """Removes objects; raises as `put`."""

    def address(self, key: str) -> str:
        """The key as COPY names it, `s3://bucket/…`."""


class Copying:
    """A stage over S3. `files` is the plan's setting; `unique` gives a name that no other batch has."""

    def __init__(self, objects: Objects, connector: str, files: int, unique: Callable[[], str]) -> None:
        self._objects, self._connector, self._files, self._unique = objects, connector, files, unique
        self._written: list[str] = []
        self._refused: tuple[Copy, str] | None = None
        self._kept: dict[str, list[str]] = {}

    @contextmanager
    def attempt(self, warehouse: Warehouse) -> Iterator[None]:
        """Stands around an attempt; raises StopError X983 in place of a COPY's failure that the data explains."""
        self._written, self._refused = [], None
        try:
            yield
        except StreamplanError:
            if self._refused and (lines := self._reasons(warehouse, *self._refused)):
                self._keep(*self._refused)
                self._clear()
                raise _refusal(self._refused[0], lines) from None
            self._clear()
            raise
        self._clear()

    def encode(self, program: TableProgram, load: Load) -> Lays:
        """Encodes the rows as files; what it gives writes them, and raises WarehouseError X980, StopError X981.

        That gives what stages them in the open transaction, and raises WarehouseError X982.
        """
        copy = program.copy
        if copy is None:
            return INSERTING.encode(program, load)
        encoded = [*files(copy, program.load.binds, load, self._files)]
        inserted, count = [row for file in encoded for row in file.aside], sum(file.rows for file in encoded)

        def lay_out() -> Stages:
            folder = f"{self._connector}/{_folder(program)}/{self._unique()}/"
            manifest = self._lay_out(folder, encoded)

            def stage(warehouse: Warehouse) -> None:
                if inserted:
                    warehouse.load(program.load, inserted)
                if count:
                    self._copy(copy, warehouse, folder, manifest, count)

            return stage

        return lay_out

    def _copy(self, copy: Copy, warehouse: Warehouse, folder: str, manifest: str, count: int) -> None:
        try:
            warehouse.execute(addressed(copy.statement, manifest))
        except StreamplanError:
            self._refused = copy, self._objects.address(folder)
            raise
        ((loaded,),) = warehouse.execute(copy.count)
        if loaded != count:
            message = f"{copy.statement.path}: COPY loaded {loaded:,} rows of {count:,}"
            raise WarehouseError("X982", message, help="nothing was written; run it again")

    def _lay_out(self, folder: str, encoded: Sequence[File]) -> str:
        """Writes the files and the manifest that names them; gives its address."""
        entries: list[dict[str, object]] = []
        for number, file in enumerate(encoded):
            if file.rows:
                key = f"{folder}{number:04}.csv.gz"
                self._put(key, file.body)
                meta = {"content_length": len(file.body)}
                entries.append({"url": self._objects.address(key), "mandatory": True, "meta": meta})
        if entries:
            self._put(folder + _MANIFEST, msgspec.json.encode({"entries": entries}))
        return self._objects.address(folder + _MANIFEST)

    def _put(self, key: str, body: bytes) -> None:
        self._written.append(key)
        self._objects.put(key, body)

    def _reasons(self, warehouse: Warehouse, copy: Copy, folder: str) -> list[str]:
        """What the warehouse says of these files, a line each; none where it cannot be asked."""
        with suppress(StreamplanError), warehouse.transaction():
            return [_reason(row) for row in warehouse.execute(copy.errors, (folder,))[:_SHOWN]]
        return []

    def _keep(self, copy: Copy, folder: str) -> None:
        """The refused files of a table stay, the last ones; those of the attempt's other tables do not."""
        refused = [key for key in self._written if self._objects.address(key).startswith(folder)]
        others = (key for key in self._written if key not in refused)
        self._written = [*others, *self._kept.get(copy.statement.path, ())]
        self._kept[copy.statement.path] = refused

    def _clear(self) -> None:
        """Removes the attempt's files; what cannot be removed now is left to `cleaning`."""
        with suppress(StreamplanError):
            self._objects.remove(self._written)
        self._written = []


def over(objects: Objects, plan: Plan) -> Copying:
    """The stage of a plan that stages over S3."""
    return Copying(objects, plan.connector, plan.staging.files if plan.staging else 1, lambda: uuid.uuid4().hex)


def addressed(statement: Statement, address: str) -> Statement:
    """The COPY with the manifest's address, which is checked to hold nothing but an address."""
    before, place, behind = statement.sql.rpartition(_PLACE)
    if not place or not address.startswith("s3://") or quote(address, safe="/:!()*=") != address:
        raise ValueError(f"{statement.path} cannot load {address}")
    return msgspec.structs.replace(statement, sql=f"{before}'{address}'{behind}")


def _folder(program: TableProgram) -> str:
    """The table's folder in the plan, whose name every path can hold."""
    return quote(PurePosixPath(program.load.path).parent.name, safe="").replace("%", "_").replace("~", "_")


def _reason(row: Sequence[object]) -> str:
    file, line, column, kind, code, message = row
    return f'{file} line {line}, column "{column}" ({kind}): {message} ({code})'


def _refusal(copy: Copy, lines: Sequence[str]) -> StopError:
    message = f"{copy.statement.path}: COPY refused the rows:\n" + "\n".join(f"  {line}" for line in lines)
    help_ = "nothing was written, and the files are kept; a load never fails because of data: report it"
    return StopError("X983", message, help=help_)
