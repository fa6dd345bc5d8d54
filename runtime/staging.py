"""How rows come into the staging table: by INSERT, or over S3 by COPY where the plan says so. See `copying`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from .errors import StopError
from .inserting import INSERTING
from .plan import Plan, Staging
from .ports import Stage

if TYPE_CHECKING:
    from .s3 import Bucket


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
