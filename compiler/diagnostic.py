"""Diagnostics: what is wrong, where, and what to do; and how they are printed.

Nothing here decides that something is wrong.

**A `CompileError` is never empty, and its diagnostics are sorted and unique.**
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file. `line` and `column` are 1-based; 0 means that it is not known."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """`path:line:column`, as far as known."""
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])


NOWHERE = Span("")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Diagnostic:
    """One problem. `message` says what is wrong, in lower case, with names in double quotes; `help` says what to do."""

    span: Span
    code: str
    message: str
    help: str = ""


class CompileError(Exception):
    """All that a phase found wrong."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        if not self.diagnostics:
            raise ValueError("a CompileError needs a diagnostic")
        super().__init__("\n".join(f"{d.span}: {d.code}: {d.message}" for d in self.diagnostics))


class Format(StrEnum):
    """How diagnostics are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def to_text(diagnostic: Diagnostic, sources: Mapping[str, str]) -> str:
    """One diagnostic for a terminal, with the line that it points to when `sources` has the file."""
    span = diagnostic.span
    where = f"{visible(str(span))}: " if span.path else ""
    parts = [f"{where}error {diagnostic.code}: {visible(diagnostic.message)}", *_excerpt(span, sources)]
    if diagnostic.help:
        parts.append(f"  help: {visible(diagnostic.help)}")
    return "\n".join(parts)


def _excerpt(span: Span, sources: Mapping[str, str]) -> list[str]:
    lines = sources[span.path].split("\n") if span.path in sources else []
    if not 0 < span.line <= len(lines) or "password" in lines[span.line - 1].lower():
        return []  # nowhere, or a line that may hold a secret
    gutter = f"{span.line:5} | "
    mark = " " * (len(gutter) - 2) + "| " + " " * (span.column - 1) + "^"
    return [gutter + visible(lines[span.line - 1]), *([mark] if span.column else [])]


def visible(text: str) -> str:
    """The text with what cannot be printed as an escape, so that no name can do things to a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in text)


def to_json(diagnostics: Iterable[Diagnostic]) -> str:
    """All diagnostics as a JSON array of objects with path, line, column, code, message and help."""
    rows = [
        {
            "path": d.span.path,
            "line": d.span.line,
            "column": d.span.column,
            "code": d.code,
            "message": d.message,
            "help": d.help,
        }
        for d in diagnostics
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def to_github(diagnostic: Diagnostic) -> str:
    """One diagnostic as a workflow command, which GitHub shows at the line in a pull request, as far as it is known.

    Source: docs.github.com, "Workflow commands", error message.
    """
    span = diagnostic.span
    text = f"{diagnostic.message}. {diagnostic.help}" if diagnostic.help else diagnostic.message
    known = {"file": _property(span.path), "line": span.line, "col": span.column, "title": diagnostic.code}
    return f"::error {','.join(f'{name}={value}' for name, value in known.items() if value)}::{_escaped(text)}"


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def show(error: CompileError, form: Format, sources: Mapping[str, str]) -> str:
    """All diagnostics of an error in the form asked for; `sources` maps a path to its text."""
    match form:
        case Format.TEXT:
            return "\n".join(to_text(d, sources) for d in error.diagnostics)
        case Format.JSON:
            return to_json(error.diagnostics)
        case Format.GITHUB:
            return "\n".join(to_github(d) for d in error.diagnostics)
