"""What happens as log lines on a stream: text or JSON, one line a batch, a hold, a quarantined record, a retry.

The one owner of structlog. **A line never holds a value of a record**, but for
what a task that crashes writes by itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TextIO, assert_never

import structlog

from .errors import StreamplanError
from .happenings import Committed, Cut, Happening, Held, Quarantined, Recovered, Retrying, Span

_DIGITS = 3  # of seconds


class Form(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


class Logging:
    """A reporter that writes lines with a time (UTC), a level, what happened, and the fields that stand `always`."""

    def __init__(self, form: Form, stream: TextIO, **always: Any) -> None:
        self._form = form
        log = structlog.wrap_logger(
            structlog.WriteLogger(stream),  # it flushes each line
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _renderer(form),
            ],
            wrapper_class=structlog.BoundLogger,
        )
        self._log = log.bind(**always)

    def happened(self, what: Happening) -> None:
        """Writes one line."""
        match what:
            case Committed():
                self._log.info("committed", **self._committed(what))
            case Held():
                self._log.warning("held", topic=what.topic, place=what.place, reason=what.reason)
            case Quarantined():
                self._log.warning("quarantined", place=what.place, code=what.code, reason=what.reason)
            case Retrying():
                tries = {"attempt": what.attempt, "attempts": what.attempts, "next_in_seconds": _rounded(what.seconds)}
                self._log.warning("retrying", code=what.code, reason=what.reason, **tries)
            case Recovered():
                self._log.info("recovered", attempts=what.attempts)
            case Cut():
                self._log.warning("source failed", reason=what.reason)
            case _:
                assert_never(what)

    def advanced(self, records: int, size: int) -> None:
        """Nothing."""

    def began(self, process: int) -> None:
        """A task's process, by id."""
        self._log.info("began", process=process)

    def wrote(self, line: str) -> None:
        """A task wrote something on its standard error."""
        self._log.warning("wrote", text=line)

    def failed(self, error: StreamplanError) -> None:
        """The run ends with an error."""
        self._log.error("failed", code=error.code, reason=error.message, help=error.help)

    def _committed(self, what: Committed) -> dict[str, Any]:
        counts = ("table", "events", "upserts", "deletes", "truncated", "quarantined")
        return {name: getattr(what, name) for name in counts} | {
            "offsets": self._offsets(what.spans),
            "seconds": _rounded(what.seconds),
            "version": what.version,
        }

    def _offsets(self, spans: tuple[Span, ...]) -> Any:
        match self._form:
            case Form.TEXT:
                return ",".join(f"{span.at.topic}[{span.at.number}]@{span.first}-{span.last}" for span in spans)
            case Form.JSON:
                return [
                    {"topic": span.at.topic, "partition": span.at.number, "from": span.first, "to": span.last}
                    for span in spans
                ]
            case _:
                assert_never(self._form)


def _renderer(form: Form) -> Any:
    match form:
        case Form.TEXT:
            return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
        case Form.JSON:
            return structlog.processors.JSONRenderer(ensure_ascii=False)
        case _:
            assert_never(form)


def _rounded(seconds: float) -> float:
    return round(seconds, _DIGITS)
