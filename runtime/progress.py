"""What a user sees while records are read: a bar on a terminal, lines elsewhere. The one owner of rich's progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self, assert_never

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from .errors import StreamplanError
from .files import FileSource
from .happenings import Committed, Cut, Happening, Held, Quarantined, Recovered, Retrying
from .moves import Measured
from .ports import Record

_SHOWN = 5


class Telling:
    """A reporter that prints what a user should know; `who` stands before it where there are several."""

    def __init__(self, console: Console, who: str = "") -> None:
        self._console, self._who = console, who
        self._quarantined = 0

    def happened(self, what: Happening) -> None:
        """Prints holds, retries, and the first records that go to quarantine."""
        match what:
            case Held():
                self._print("yellow", "held", f"{what.topic} from {what.place} on: {what.reason}")
            case Quarantined():
                self._quarantined += 1
                if self._quarantined <= _SHOWN:
                    self._print("red", "quarantine", f"{what.place}: {what.code} {what.reason}")
                elif self._quarantined == _SHOWN + 1:
                    self._print("red", "quarantine", "… further ones are not shown; see streamplan status")
            case Retrying():
                when = f"attempt {what.attempt + 1} of {what.attempts} in {what.seconds:.0f} s"
                self._print("yellow", "retry", f"{when}: {what.code} {what.reason}")
            case Recovered():
                self._print("green", "recovered", f"at attempt {what.attempts}")
            case Cut():
                self._print("yellow", "source", f"{what.reason}; it is tried again")
            case Committed():
                pass
            case _:
                assert_never(what)

    def advanced(self, records: int, size: int) -> None:
        """Nothing."""

    def _print(self, style: str, word: str, text: str) -> None:
        told = f"{self._who}: {text}" if self._who else text
        self._console.print(f"  [{style}]{word}[/] {escape(told)}", highlight=False, soft_wrap=True)


class Teller(Telling):
    """What a user should know of one task; what it read is counted elsewhere."""

    def __init__(self, console: Console, number: int, total: Telling) -> None:
        super().__init__(console, f"task {number}")
        self._total = total

    def advanced(self, records: int, size: int) -> None:
        """Counts it with what the others read."""
        self._total.advanced(records, size)

    def began(self, process: int) -> None:
        """Nothing."""

    def wrote(self, line: str) -> None:
        """Prints a line of its standard error."""
        self._print("dim", "says", line)

    def failed(self, error: StreamplanError) -> None:
        """Prints the error, and what to do."""
        self._print("red", "error", f"{error.code}: {error.message}")
        if error.help:
            self._print("dim", "help", error.help)


class Watching(Telling):
    """The same, and a bar over the source's bytes."""

    def __init__(self, source: Measured, console: Console) -> None:
        super().__init__(console)
        self._source = source
        self._records = 0
        self._bar = Progress(
            TextColumn("  [bold]{task.description}"),
            BarColumn(bar_width=40),
            TaskProgressColumn(),
            TextColumn("{task.fields[records]:,} records"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task = self._bar.add_task("events", total=source.total or None, records=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advanced(self, records: int, size: int) -> None:  # noqa: ARG002 - the bar goes by the file's own position
        """Moves the bar."""
        self._records += records
        self._bar.update(self._task, completed=self._source.done, records=self._records)


@contextmanager
def reading(source: FileSource) -> Iterator[Iterator[Record]]:
    """All records of a source, with a bar on standard error when it is a terminal."""
    console = Console(stderr=True)
    with source, Watching(source, console) as watching:
        yield _records(source, watching)


def _records(source: FileSource, watching: Watching) -> Iterator[Record]:
    while not source.ended:
        records = source.poll()
        watching.advanced(len(records), 0)
        yield from records
