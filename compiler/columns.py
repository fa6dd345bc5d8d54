"""Chooses the column of one field: its name, its type and its converter, from the type table and the spec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import msgspec
from streamplan.runtime.modes import Origin, Policy

from .bound import Bound
from .lex import fold
from .metadata import METADATA
from .model import Column, ColumnType, parse_type
from .naming import unholdable
from .observed import ObservedField
from .redshift import ENCODINGS
from .spec import ColumnSpec
from .typebuild import SOURCE_LENGTH, UTF8_BYTES
from .typemap import Mapped, accepts, known, mapped, overridden
from .widening import DECIMAL, PRECISION, SCALE
from .work import Work

_DIGITS = {PRECISION: "38", SCALE: "10"}  # of a decimal that came later: its record says how many it has
_HASH = ColumnType("VARCHAR", (64,))
_SIZES = (PRECISION, SCALE, SOURCE_LENGTH)


def columns(work: Work, field: ObservedField, key: tuple[str, ...]) -> Iterator[Bound]:
    """The column of a field, none when it is excluded or cannot be; and one for each later type of it."""
    wanted = work.wanted(field.field) if work.settings.columns else None
    if wanted is not None and wanted.excluded:
        return
    name = fold((wanted and wanted.name) or field.field)
    found = _named(work, field, wanted, name) and _mapped(work, field, wanted)
    if not found:
        return
    yield _bound(work, field, wanted, _column(work, field, wanted, name, found, required=field.field in key), found)
    if work.settings.ingestion.type_change is Policy.NEW_COLUMN:
        yield from _later(work, field, wanted, name)


def _named(work: Work, field: ObservedField, wanted: ColumnSpec | None, name: str) -> bool:
    why = unholdable(name)
    if why is not None:
        way = f'name it: columns: {{"{field.field}": {{name: ...}}}}'
        work.problem("R406", f"{work.where(field)} {why}", way, wanted.span if wanted else None)
    return why is None


def _bound(work: Work, field: ObservedField, wanted: ColumnSpec | None, column: Column, found: Mapped) -> Bound:
    if wanted is not None and wanted.encoding:
        _encodable(work, wanted, column)
    stays = work.settings.ingestion.type_change is not Policy.NEW_COLUMN
    refuses = tuple(kind for kind in (*field.became, *field.conflicts) if stays and kind not in accepts(field))
    return Bound(field=field.field, column=column, mapped=found, accepts=accepts(field), refuses=refuses)


def _column(
    work: Work, field: ObservedField, wanted: ColumnSpec | None, name: str, found: Mapped, *, required: bool
) -> Column:
    return Column(
        name=name,
        type=found.type,
        nullable=not required,
        encoding=wanted.encoding if wanted else "",
        comment=wanted.comment if wanted else "",
        because=_because(field, wanted),
        origin=wanted.span if wanted else work.place,
    )


def _encodable(work: Work, wanted: ColumnSpec, column: Column) -> None:
    if column.type.name.lower() not in ENCODINGS[wanted.encoding]:
        message = f'column "{column.name}" is {column.type}, which has no encoding {wanted.encoding} (RS-318)'
        work.problem("R416", message, "choose another, or leave it to Redshift", wanted.span)


def _mapped(work: Work, field: ObservedField, wanted: ColumnSpec | None) -> Mapped | None:
    if wanted is None:
        return _natural(work, field)
    if wanted.type is not None:
        found = _of_type(work, field, wanted, wanted.type)
    else:
        found = _natural(work, field)
        if found is not None and wanted.length is not None:
            found = _of_length(work, field, wanted, found)
    if found is None:
        return None
    found = replace(found, args=found.args | _beyond(field, found))
    if wanted.hashed:
        return Mapped(type=_HASH, staged=_HASH, converter="sha256", args={**found.args, "of": found.converter})
    return _truncated(work, field, wanted, found) if wanted.truncated else found


def _of_type(work: Work, field: ObservedField, wanted: ColumnSpec, kind: ColumnType) -> Mapped | None:
    found = overridden(field, kind)
    if found is None:
        natural = mapped(field) if known(field) else None
        help_ = f"it fits {natural.type}" if natural else "choose another type"
        work.problem("R409", f"{work.where(field)} is {field.kind} and does not fit {kind}", help_, wanted.span)
    return found


def _of_length(work: Work, field: ObservedField, wanted: ColumnSpec, natural: Mapped) -> Mapped | None:
    if natural.type.name in ("VARCHAR", "VARBYTE") and wanted.length:
        kind = parse_type(f"{natural.type.name}({wanted.length})")
        if kind is not None:
            return _of_type(work, field, wanted, kind)
        message = f"{natural.type.name} has no length {wanted.length:,}"
        work.problem("R409", message, "a VARCHAR has at most 65,535 bytes, a VARBYTE 16,777,216", wanted.span)
        return None
    message = f"{work.where(field)} is {natural.type}, which has no length"
    work.problem("R409", message, "remove the length, or give it type: VARCHAR(n)", wanted.span)
    return None


def _truncated(work: Work, field: ObservedField, wanted: ColumnSpec, found: Mapped) -> Mapped | None:
    if found.converter == "text":
        return replace(found, args={**found.args, "too_long": "truncate"})
    message = f"{work.where(field)} is {found.type} by {found.converter}, which cannot be cut"
    work.problem("R409", message, "remove too_long: its events go to quarantine", wanted.span)
    return None


def _natural(work: Work, field: ObservedField) -> Mapped | None:
    way = f'choose a column type: columns: {{"{field.field}": {{type: ...}}}}'
    if not known(field):
        work.problem("R407", f"{work.where(field)} has type {field.kind}, which is not in the type table", way)
        return None
    found = mapped(field)
    if found is None:
        work.problem("R408", f"{work.where(field)}: no column type holds every value of {field.kind}", way)
    return found


def _beyond(field: ObservedField, found: Mapped) -> dict[str, int | str]:
    """What the source's values may be beyond the column that the user chose: as far as it is known, it is no drift."""
    sizes = {name: int(text) for name, text in field.parameters.items() if name in _SIZES and text.isdecimal()}
    if "bytes" in found.args and field.kind == "string" and SOURCE_LENGTH in sizes:
        length = sizes[SOURCE_LENGTH]
        return {"source_length": length} if length * UTF8_BYTES > int(found.args["bytes"]) else {}
    if "precision" in found.args and field.name == DECIMAL and PRECISION in sizes:
        scale, digits = sizes.get(SCALE, 0), sizes[PRECISION] - sizes.get(SCALE, 0)
        fits = scale <= int(found.args["scale"]) and digits <= int(found.args["precision"]) - int(found.args["scale"])
        return {} if fits else {"source_scale": scale, "source_digits": digits}
    return {}


def _later(work: Work, field: ObservedField, wanted: ColumnSpec | None, name: str) -> Iterator[Bound]:
    """A column for each type that the field had later and that its first column cannot take."""
    for kind in field.became:
        plain, _, semantic = kind.partition(" ")
        digits = _DIGITS if semantic == DECIMAL else {}
        now = msgspec.structs.replace(field, type=plain, name=semantic, parameters=digits, was=(), became=())
        found = _natural(work, now)
        if found is not None:
            suffixed = f"{name}_{found.type.name.lower().replace(' ', '_')}"
            column = replace(_column(work, now, wanted, suffixed, found, required=False), encoding="")
            yield Bound(field=field.field, column=column, mapped=found, accepts=accepts(now))


def _because(field: ObservedField, wanted: ColumnSpec | None) -> str:
    said = _said(field.type, field.name, field.parameters.get("__debezium.source.column.type", ""))
    return f"{said}, hashed" if wanted and wanted.hashed else said


@lru_cache(maxsize=1 << 12)
def _said(kind: str, name: str, source: str) -> str:
    return f"{kind}{' ' + name if name else ''}{', ' + source if source else ''}"


def metadata(work: Work, key: tuple[Origin, ...]) -> Iterator[Bound]:
    """The columns about the change itself that the settings ask for."""
    for origin, name in work.settings.ingestion.metadata:
        kind = METADATA[origin]
        if (why := unholdable(name)) is not None:
            work.problem("R406", f'metadata column "{name}" {why}', "give it another name", work.settings.span)
            continue
        column = Column(
            name=fold(name),
            type=kind.mapped.type,
            nullable=origin not in key,
            because=kind.says,
            origin=work.settings.span,
        )
        yield Bound(field=origin.value, column=column, mapped=kind.mapped, accepts=(), origin=origin)
