"""A statement's breach of a rule of Redshift, in the server's own words."""

from __future__ import annotations

from dataclasses import dataclass

SYNTAX = "42601"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What is wrong.

    Attributes:
        rule: the fact's number, "" for a plain slip of syntax.
        message: as the server says it, as far as that is known.
        sqlstate: the server's code.
        position: where in the text, in characters from 0.
        help: what to write instead; `rules.violations` gives it.

    """

    rule: str
    message: str
    sqlstate: str
    position: int = 0
    help: str = ""
