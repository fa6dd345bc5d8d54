"""SQL written by hand, judged by the rules that a plan is judged by: a file's text in, its problems out.

A file holds statements with semicolons between them. Each stands alone, as with autocommit, but between BEGIN and
COMMIT. **Nothing is executed, and no rule is known here.**
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .diagnostic import Diagnostic, Format, Span, to_github, to_json, to_text
from .grammar import parse
from .lex import LexError, Token, tokenize
from .rules import Judge, Session, Violation, violations
from .rules_warned import warned
from .statements import Begin, Commit, Rollback

UNREADABLE, SLIP = "C710", "C711"
_SECRET = re.compile("access_key|credentials|password|secret|session_token", re.IGNORECASE)


class Severity(StrEnum):
    """How bad a problem is: Redshift refuses it, or takes it and it may hurt."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Finding:
    """A problem of a file, and how bad it is."""

    diagnostic: Diagnostic
    severity: Severity = Severity.ERROR


def lint(text: str, path: str) -> tuple[Finding, ...]:
    """The problems of a file's statements, in their order; `path` is what they call the file."""
    return tuple(_findings(text, path))


def _findings(text: str, path: str) -> Iterator[Finding]:
    inside = False
    for start, end in _split(text):
        statement = text[start:end]
        refused = violations(statement, Session(in_transaction=inside, judge=Judge.PLAN))
        yield from (_finding(text, path, start, found, Severity.ERROR) for found in refused)
        if not refused:
            read = parse(statement)
            yield from (_finding(text, path, start, found, Severity.WARNING) for found in warned(read))
            inside = isinstance(read, Begin) or (inside and not isinstance(read, Commit | Rollback))


def unreadable(path: str, why: str) -> Finding:
    """The problem of a file that cannot be read."""
    help_ = "name a readable file of SQL in UTF-8"
    return Finding(diagnostic=Diagnostic(span=Span(path), code=UNREADABLE, message=why, help=help_))


def shown(findings: Iterable[Finding], form: Format, sources: Mapping[str, str]) -> str:
    """All findings in the form asked for; `sources` maps a path to its text.

    A line that may hold a secret is not shown.
    """
    match form:
        case Format.JSON:
            return json.dumps([*map(_row, findings)], ensure_ascii=False, indent=2)
        case Format.GITHUB:
            return "\n".join(_told(to_github(it.diagnostic), "::", it) for it in findings)
        case Format.TEXT:
            return "\n".join(_text(it, sources) for it in findings)


def _text(it: Finding, sources: Mapping[str, str]) -> str:
    span = it.diagnostic.span
    lines = sources.get(span.path, "").split("\n")
    is_secret = span.line > 0 and _SECRET.search(lines[span.line - 1])
    where = f"{span}: " if span.path else ""
    return _told(to_text(it.diagnostic, {} if is_secret else sources), where, it)


def _told(text: str, before: str, it: Finding) -> str:
    """The text of a diagnostic with the finding's severity in place of "error"."""
    return f"{before}{it.severity}{text.removeprefix(before + Severity.ERROR)}"


def _row(it: Finding) -> dict[str, object]:
    row: dict[str, object] = json.loads(to_json((it.diagnostic,)))[0]
    return {"severity": it.severity.value, **row}


def _split(text: str) -> Iterator[tuple[int, int]]:
    """Where each statement begins and ends. One with a quote or a comment that does not end is the last."""
    tokens, readable = _tokens(text)
    begun: Token | None = None
    end = 0
    for token in tokens:
        if token.text != ";":
            begun, end = begun or token, token.end
        elif begun:
            yield begun.start, end
            begun = None
    if readable < len(text):
        yield begun.start if begun else readable, len(text)
    elif begun:
        yield begun.start, end


def _tokens(text: str) -> tuple[tuple[Token, ...], int]:
    """The tokens as far as they can be read, and where that ends."""
    try:
        return tokenize(text), len(text)
    except LexError as error:
        return tokenize(text[: error.position]), error.position


def _finding(text: str, path: str, at: int, found: Violation, severity: Severity) -> Finding:
    """The violation of the statement at a place in the text, as a problem of the file."""
    position = at + found.position
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    code = found.rule or SLIP
    diagnostic = Diagnostic(span=Span(path, line, column), code=code, message=found.message, help=found.help)
    return Finding(diagnostic=diagnostic, severity=severity)
