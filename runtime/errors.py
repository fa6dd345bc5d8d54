"""What can go wrong while running, as a tree.

The driver's own exceptions are translated into it in one place, `redshift.py`.

StreamplanError          exit code 1 unless it says otherwise
├── PlanError            the plan directory is broken, edited, or not for this warehouse
├── HazardError          a pending statement's hazard has not been allowed (exit code 3)
├── StopError            the run must stop; trying again changes nothing
│   └── LedgerMoved      another run has moved the ledger; a source that can go back goes on from there
├── WarehouseError       the warehouse or the way to it failed; the same transaction may succeed later (exit code 4)
└── RecordError          one record cannot be taken in: it goes to quarantine, the rest goes on
"""

from __future__ import annotations


class StreamplanError(Exception):
    """An error with a code (`streamplan explain CODE`), a message, and help: what to do about it."""

    exit_code = 1

    def __init__(self, code: str, message: str, *, help: str = "") -> None:  # noqa: A002 - the field's own word
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help


class PlanError(StreamplanError):
    """The plan directory is broken, edited, or not for this warehouse."""


class HazardError(StreamplanError):
    """A pending statement's hazard has not been allowed by name."""

    exit_code = 3


class StopError(StreamplanError):
    """The run must stop; trying again without a change gives the same."""


class LedgerMoved(StopError):  # noqa: N818 - it says what was found
    """Another run has committed what this one was about to. Nothing of the batch was written."""


class WarehouseError(StreamplanError):
    """The warehouse, or the way to it, failed, and no data is at fault: what was undone may be tried again.

    `sqlstate` is the server's, "" when it never answered.
    """

    exit_code = 4

    def __init__(self, code: str, message: str, *, help: str = "", sqlstate: str = "") -> None:  # noqa: A002
        super().__init__(code, message, help=help)
        self.sqlstate = sqlstate


class RecordError(StreamplanError):
    """One record cannot be taken in. It goes to quarantine with this code and reason."""
