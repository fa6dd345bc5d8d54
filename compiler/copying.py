"""The statements of a table whose rows are staged by COPY from S3, and what COPY does not read exactly.

CSV is the one text format that COPY is documented to read for every staged type: JSON does not load VARBYTE
(copy-usage-varbyte), and a SUPER is the same serialized JSON in CSV that JSON_PARSE takes (copy_json). For TIME no
format is documented: it is staged as a text.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from streamplan.runtime.statement import Statement
from streamplan.runtime.table_program import Copy

from .bound import Binding, Bound
from .keeping import OPERATION, STAGE
from .model import ColumnType
from .redshift import TIME_CHARACTERS
from .spec import StagingSpec
from .sql import Sql, comment, ident, literal
from .template import fill
from .typebuild import Storing

_TIME = ColumnType("TIME")
_TIME_TEXT = ColumnType("VARCHAR", (TIME_CHARACTERS,))
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")  # no page of COPY says that it reads them
# An empty field of a type that is no text is loaded as NULL (copy-emptyasnull).
_INSERTED = {"VARBYTE": ("",), "REAL": _NOT_FINITE, "DOUBLE PRECISION": _NOT_FINITE}


def copyable(binding: Binding) -> Binding:
    """The binding with stage columns of types that COPY loads."""
    return replace(binding, bound=tuple(_copyable(b) for b in binding.bound))


def _copyable(bound: Bound) -> Bound:
    if bound.mapped.staged != _TIME:
        return bound
    return replace(bound, mapped=replace(bound.mapped, staged=_TIME_TEXT, storing=Storing.TIME_TEXT))


def copy(binding: Binding, staged: tuple[Bound, ...], staging: StagingSpec, folder: str) -> Copy:
    """The COPY of a table; `staged` are its stage's columns but for the operation."""
    names = [ident(name) for name in (*(b.column.name for b in staged), OPERATION)]
    role, region = staging.iam_role, staging.at.region
    sql = fill(
        "copy",
        label=comment(binding.table.id),
        stage=ident(STAGE),
        names=names,
        iam_role=Sql("IAM_ROLE default") if role == "default" else Sql(f"IAM_ROLE {literal(role)}"),
        region=Sql(f"REGION {literal(region)}\n") if region else Sql(""),
    )
    inserted = {b.column.name: _INSERTED[kind] for b in staged if (kind := b.mapped.staged.name) in _INSERTED}
    return Copy(
        statement=Statement(path=f"{folder}/copy.sql", sql=sql), count=_count(), errors=_errors(), inserted=inserted
    )


@cache
def _count() -> Statement:
    return Statement(path="stage/copied.sql", sql=fill("copied"))


@cache
def _errors() -> Statement:
    return Statement(path="stage/load_errors.sql", binds=("files",), sql=fill("load_errors"))
