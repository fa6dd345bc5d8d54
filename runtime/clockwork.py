"""Converters of dates and times. Epochs stay whole numbers; the plan's SQL turns them into timestamps.

The years 1 to 9999 are taken: beyond them the driver cannot give back what was stored (RS-413).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from .wrong import shown, unexpected

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY, _LAST_DAY = (date.min - _EPOCH.date()).days, (date.max - _EPOCH.date()).days
_DAY = 86_400
_FIRST_SECOND, _LAST_SECOND = _FIRST_DAY * _DAY, (_LAST_DAY + 1) * _DAY - 1
_ZONED = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d)Z?", re.ASCII)
_ISO_TIME = re.compile(r"(\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?Z?", re.ASCII)
_ISO_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?Z?", re.ASCII)
_MICROS_DIGITS = 7  # the point and six digits


def date_days(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """Days since 1970-01-01."""
    return _whole(_FIRST_DAY, _LAST_DAY, "a date")


def _timestamp(per_second: int) -> Callable[[Mapping[str, int | str], Mapping[str, str]], Callable[[Any], str]]:
    def factory(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
        low, high = _FIRST_SECOND * per_second, (_LAST_SECOND + 1) * per_second - 1
        return _whole(max(low, -(1 << 63)), min(high, (1 << 63) - 1), "a timestamp")

    return factory


def timestamp_nanos(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """Nanoseconds since 1970-01-01, as microseconds: the digits beyond the sixth are cut."""
    check = _timestamp(1_000_000_000)({}, {})
    return lambda value: str(int(check(value)) // 1_000)


def _whole(low: int, high: int, wanted: str) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if type(value) is not int:
            raise unexpected(value, wanted)
        if not low <= value <= high:
            raise ValueError(f"{shown(value)} is {wanted} outside the years 1 to 9999")
        return str(value)

    return convert


def _time(per_second: int) -> Callable[[Mapping[str, int | str], Mapping[str, str]], Callable[[Any], str]]:
    def factory(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
        def convert(value: Any) -> str:
            if type(value) is not int:
                raise unexpected(value, "a time of day")
            if not 0 <= value < _DAY * per_second:
                raise ValueError(f"{shown(value)} is a time outside 00:00 to 24:00")
            return (_EPOCH + timedelta(microseconds=value * 1_000_000 // per_second)).strftime("%H:%M:%S.%f")

        return convert

    return factory


def timestamptz(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """An ISO 8601 time with Z or an offset, in UTC; digits of a second beyond the sixth are cut.

    One instant is one text, since keys are compared as texts.
    """

    def convert(value: Any) -> str:
        found = _ZONED.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise unexpected(value, "a timestamp with a zone in the years 1 to 9999")
        digits: str = found[7] or ""
        text = value.replace(digits, digits[:_MICROS_DIGITS]) if len(digits) > _MICROS_DIGITS else value
        try:
            return datetime.fromisoformat(text).astimezone(UTC).isoformat()
        except (ValueError, OverflowError):
            raise unexpected(value, "a timestamp with a zone in the years 1 to 9999") from None

    return convert


def iso_date(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """An ISO 8601 date (`time.precision.mode=isostring`); its Z says nothing."""
    return _iso(_ISO_DATE, date.fromisoformat, "an ISO date in the years 1 to 9999")


def iso_time(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """An ISO 8601 time of day without a zone; its Z is false. Digits of a second beyond the sixth are cut."""
    return _iso(_ISO_TIME, time.fromisoformat, "an ISO time of day")


def iso_timestamp(_: Mapping[str, int | str], __: Mapping[str, str]) -> Callable[[Any], str]:
    """An ISO 8601 timestamp without a zone; its Z is false. Digits of a second beyond the sixth are cut."""
    return _iso(_ISO_TIMESTAMP, datetime.fromisoformat, "an ISO timestamp in the years 1 to 9999")


def _iso(form: re.Pattern[str], read: Callable[[str], date | time], wanted: str) -> Callable[[Any], str]:
    """A text of this form, spelled again, so that one value is one text."""

    def convert(value: Any) -> str:
        found = form.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise unexpected(value, wanted)
        whole, digits = (*found.groups(), None)[:2]
        try:
            return read(f"{whole}{(digits or '')[:_MICROS_DIGITS]}").isoformat()
        except ValueError:
            raise unexpected(value, wanted) from None

    return convert


TIMES = {
    "date_days": date_days,
    "timestamp_millis": _timestamp(1_000),
    "timestamp_micros": _timestamp(1_000_000),
    "timestamp_nanos": timestamp_nanos,
    "time_millis": _time(1_000),
    "time_micros": _time(1_000_000),
    "time_nanos": _time(1_000_000_000),
    "timestamptz": timestamptz,
    "iso_date": iso_date,
    "iso_time": iso_time,
    "iso_timestamp": iso_timestamp,
}
