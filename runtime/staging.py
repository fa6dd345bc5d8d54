"""How rows come into the staging table: by INSERT, or over S3 by COPY where the plan says so. See `copying`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from .errors import StopError
from .plan import Plan, Staging
from .ports import Stage, Warehouse
from .table_program import TableProgram

if TYPE_CHECKING:
    from .s3 import Bucket


class Inserting:
    """Stages rows by INSERT, many a statement: right for small volumes, and for any warehouse."""

    def attempt(self, warehouse: Warehouse) -> AbstractContextManager[None]:  # noqa: ARG002 - the port's signature
        """Nothing lies outside the transaction."""
        return nullcontext()

    def load(self, program: TableProgram, warehouse: Warehouse, rows: Sequence[Sequence[str | None]]) -> None:
        """Stages the rows, in the open transaction."""
        warehouse.load(program.load, rows)


INSERTING = Inserting()


@contextmanager
def staging(plan: Plan, environment: Mapping[str, str]) -> Iterator[Stage]:
    """The stage that the plan asks for, while the `with` lasts; raises StopError X901, X902."""
    if plan.staging is None:
        yield INSERTING
        return
    with opened_bucket(plan.staging, environment) as bucket:
        from .copying import over  # noqa: PLC0415 - as in `opened_bucket`

        yield over(bucket, plan)


def opened_bucket(settings: Staging, environment: Mapping[str, str]) -> AbstractContextManager[Bucket]:
    """The bucket of a plan's settings; raises StopError X901, X902."""
    try:
        from . import lines, s3  # noqa: F401, PLC0415 - an installation that only inserts is without their libraries
    except ModuleNotFoundError as error:
        message = f"staging over S3 needs {error.name}, which is not installed"
        raise StopError("X902", message, help="pip install 'streamplan[s3]'") from None
    return s3.bucket(settings, environment)
