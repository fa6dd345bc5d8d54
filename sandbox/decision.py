"""What the gateway does with a statement: it passes it on, translated, or refuses it as Redshift would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What a COPY reads: the manifest at `source`, of files with `width` fields a line, in gzip where `zipped`.

    A field that is `null` is NULL.

    `before` makes the table `sandbox_copied`, into which the fields are laid at each execution.
    """

    table: str
    source: str
    width: int
    zipped: bool
    null: str
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A statement in PostgreSQL's words, and what runs unseen before and after each execution of it."""

    sql: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    copies: Copies | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error in place of a statement. `help` says what to do; `rule` names the fact it rests on.

    `detail` is a row of sys_load_error_detail, as JSON, that the error brings with it.
    """

    sqlstate: str
    message: str
    rule: str = ""
    help: str = ""
    detail: str = ""


Decision: TypeAlias = Translation | Refusal


class NotYet(Exception):  # noqa: N818 - it says what the sandbox does, not that something failed
    """Redshift takes this statement, and the sandbox does not do it yet."""


def refused(why: NotYet) -> Refusal:
    """The refusal of a statement that only the sandbox does not know."""
    return Refusal(sqlstate="0A000", message=f"the sandbox does not do this yet: {why}", rule="sandbox")
