"""What only the connector loses, and what only the warehouse cannot hold: each with the check that proves it.

A `Loss` explains why a connector's value means something else than the source's: it computes the value that the loss
would give, or names the setting that makes it, and holds for nothing else. A `Refusal` says why a value is in
quarantine. **A rule that explains nothing any more fails the test: it would hide a fault.**
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vectors import Vector, defaults
from vectors_source import DAY, MONTH, date, days, reader

MILLI = 1_000
_DOUBLES = ("double", "float")
_FIRST, _LAST = days(1, 1, 1), days(9999, 12, 31)
_REAL_MIN, _DOUBLE_MIN = Decimal("1.17549435E-38"), Decimal("2.2250738585072014E-308")
_INT64_MAX = (1 << 63) - 1
OTHER_ROWS = {("postgres", "types.t_pk_types", "n"): (Decimal("12.30"), Decimal("45.60"))}


@dataclass(frozen=True, slots=True)
class Loss:
    """Why what was sent differs from the source's truth; `explains` recomputes it."""

    name: str
    reason: str
    explains: Callable[[Vector, Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value is in quarantine: words of the message, and what must be true of the values."""

    name: str
    reason: str
    message: str
    right: Callable[[Vector, Any, Any], bool]


def _kind(vector: Vector) -> str:
    return reader(vector.source, vector.type)[0]


def _default(vector: Vector, truth: Any, _: Any) -> bool:
    known = defaults().get((vector.source, vector.table, vector.column), ())
    return truth is None and vector.optional and vector.value in known


def _precise(vector: Vector, truth: Any, sent: Any) -> bool:
    exact = vector.connect.short in ("Decimal", "VariableScaleDecimal")
    return exact and truth in ("NaN", "Infinity", "-Infinity") and sent is None


def _double(vector: Vector, truth: Any, sent: Any) -> bool:
    number = isinstance(truth, Decimal) and isinstance(sent, Decimal) and vector.connect.type in _DOUBLES
    return number and Decimal(repr(float(truth))) == sent


def _millis(vector: Vector, truth: Any, sent: Any) -> bool:
    schema = vector.connect.items or vector.connect
    if not schema.name.startswith("org.apache.kafka.connect.data.Time"):
        return False
    if isinstance(truth, list):
        return [None if item is None else _cut(item) for item in truth] == sent
    return isinstance(truth, int) and _cut(truth) == sent


def _cut(micros: int) -> int:
    return micros // MILLI * MILLI


def _months(vector: Vector, truth: Any, sent: Any) -> bool:
    return _counted(vector, truth) and truth[0] != 0 and sent == (0, 0, _micros(truth))


def _counted(vector: Vector, truth: Any) -> bool:
    return vector.connect.short.endswith("Duration") and truth is not None


def _micros(interval: tuple[int, int, int]) -> int:
    months, whole_days, micros = interval
    return months * MONTH + whole_days * DAY + micros


def _days(vector: Vector, truth: Any, sent: Any) -> bool:
    return _counted(vector, truth) and truth[0] == 0 != truth[1] and sent == (0, 0, _micros(truth))


def _saturated(vector: Vector, truth: Any, sent: Any) -> bool:
    return _counted(vector, truth) and _micros(truth) > _INT64_MAX and sent == (0, 0, _INT64_MAX)


def _unsigned(vector: Vector, truth: Any, sent: Any) -> bool:
    return "unsigned" in vector.type and truth is not None and truth > _INT64_MAX and sent == truth - (1 << 64)


def _era(vector: Vector, _: Any, sent: Any) -> bool:
    text = vector.text or ""
    return vector.via == "snapshot" and text.endswith(" BC") and sent == date(text.removesuffix(" BC"))


def _inner_arrays(_: Vector, truth: Any, sent: Any) -> bool:
    nested = isinstance(truth, list) and bool(truth) and all(isinstance(item, list) for item in truth)
    return nested and sent == [None] * len(truth)


def _zero_date(vector: Vector, truth: Any, sent: Any) -> bool:
    return truth == "zero" and (sent is None if vector.optional else sent == 0)


def _zero_year(vector: Vector, truth: Any, sent: Any) -> bool:
    return vector.connect.short == "Year" and truth == 0 and sent == (2000 if vector.via == "snapshot" else 1900)


def _escaped(vector: Vector, truth: Any, sent: Any) -> bool:
    options = vector.connect.short in ("Enum", "EnumSet") and vector.via == "stream" and "," in str(truth)
    return options and sent == truth.replace(",", "\\,")


def _midnight(vector: Vector, truth: Any, sent: Any) -> bool:
    return isinstance(truth, int) and _kind(vector) == "timetz" and truth >= DAY and sent == truth - DAY


def _unknown(vector: Vector, _: Any, sent: Any) -> bool:
    return vector.type == "name" and vector.via == "stream" and sent is None and "unknown" not in vector.variant


def _another(vector: Vector, truth: Any, sent: Any) -> bool:
    known = OTHER_ROWS.get((vector.source, vector.table, vector.column))
    return vector.via == "snapshot" and known == (sent, truth)


LOSSES = (
    Loss("default for null", "replace.null.with.default is true: the column's default is sent (10)", _default),
    Loss("precise NaN", "decimal.handling.mode=precise has no NaN or infinity: null is sent (18)", _precise),
    Loss("double", "decimal.handling.mode=double: the nearest double is sent (18)", _double),
    Loss("milliseconds", "time.precision.mode=connect: a time has milliseconds, the rest is cut (22)", _millis),
    Loss("months", "interval.handling.mode=numeric: a month is 30.4375 days (23)", _months),
    Loss("days", "interval.handling.mode=numeric: a day is 24 hours (23)", _days),
    Loss("long interval", "interval.handling.mode=numeric: a longer interval is the largest number (23)", _saturated),
    Loss("unsigned", "bigint.unsigned.handling.mode=long: the number turns negative (section 6)", _unsigned),
    Loss("era", "a snapshot sends a date before the year 1 without its era (21)", _era),
    Loss("inner arrays", "arrays inside arrays are sent as null (25)", _inner_arrays),
    Loss(
        "zero date", "MySQL's 0000-00-00 is no date: null is sent, or 1970 where no null can be (section 6)", _zero_date
    ),
    Loss("zero year", "MySQL's year 0000 is sent as 2000 or 1900 (section 6)", _zero_year),
    Loss("comma", "a comma inside an enum's value is sent with a backslash when it is streamed (section 6)", _escaped),
    Loss("24:00 with a zone", "a time with a zone is sent as one before 24:00 (22)", _midnight),
    Loss(
        "another row",
        "n is of the key: the file pairs the snapshot's row with the text of the row inserted later",
        _another,
    ),
    Loss("name", "a streamed `name` is sent only with include.unknown.datatypes (25)", _unknown),
)


def _outside_years(vector: Vector, truth: Any, sent: Any) -> bool:
    unit = 1 if _kind(vector) == "date" else DAY
    return not all(isinstance(moment, int) and _FIRST <= moment // unit <= _LAST for moment in (truth, sent))


def _outside_day(vector: Vector, truth: Any, sent: Any) -> bool:
    return _kind(vector) == "time" and truth == sent and not 0 <= truth < DAY


def _nul(_: Vector, truth: Any, sent: Any) -> bool:
    return truth == sent and "\0" in truth


def _tiny(vector: Vector, truth: Any, sent: Any) -> bool:
    low = _REAL_MIN if vector.connect.type == "float" else _DOUBLE_MIN
    return truth == sent and 0 < abs(Decimal(repr(truth))) < low


REFUSALS = (
    Refusal("years", "outside the years 1 to 9999, or infinite (RS-413)", "the years 1 to 9999", _outside_years),
    Refusal("time of day", "no time of one day, or 24:00, on which the driver fails", "outside 00:00", _outside_day),
    Refusal("NUL", "a NUL character, which Redshift does not store", "NUL character", _nul),
    Refusal("tiny", "smaller than Redshift's smallest number of the type", "is outside what the column", _tiny),
)


def lost(vector: Vector, truth: Any, sent: Any) -> list[str]:
    """The losses that explain the difference."""
    return [loss.name for loss in LOSSES if loss.explains(vector, truth, sent)]


def refused(vector: Vector, message: str, truth: Any, sent: Any) -> list[str]:
    """The refusals that are right."""
    return [
        rule.name
        for rule in REFUSALS
        if message.startswith("X924") and rule.message in message and rule.right(vector, truth, sent)
    ]
