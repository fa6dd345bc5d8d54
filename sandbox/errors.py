"""PostgreSQL's errors in Redshift's words and fields. One without a known counterpart keeps its text and SQLSTATE."""

from __future__ import annotations

from .constraints import Limit, limit_of
from .decision import Refusal

_KEPT = "SVCMDH"
_TOO_LONG = "Value too long for character type"
_LIMIT_ERRORS = {
    Limit.BYTES: ("22001", _TOO_LONG),
    Limit.ASCII: ("22021", "CHAR string contains invalid ASCII character"),
    Limit.VARBYTE: ("22001", "Value too long for VARBYTE type"),
}
_SOURCE = {"F": "sandbox", "L": "0", "R": "sandbox"}


def translated(error: dict[str, str]) -> dict[str, str]:
    """The fields of an error or notice, as the driver gets them."""
    code, text = _code_and_message(error)
    kept = {key: error[key] for key in _KEPT if key in error}
    if text != error.get("M") or text.startswith("Load into table "):
        kept.pop("D", None)  # PostgreSQL shows the failing row there, and COPY's goes into a system table
    return kept | {"C": code, "M": text} | _SOURCE


def _code_and_message(error: dict[str, str]) -> tuple[str, str]:
    code, text = error.get("C", ""), error.get("M", "")
    match code:
        case "22001":
            return code, _TOO_LONG
        case "23514" if limit := limit_of(error.get("n", "")):
            return _LIMIT_ERRORS[limit]
        case "23502" if column := error.get("c"):
            return code, f"Cannot insert a NULL value into column {column}"
        case "21000" if text.startswith("MERGE command cannot affect row"):
            return code, "Found multiple matches to update the same tuple."
    return code, text


def of(refusal: Refusal) -> dict[str, str]:
    """The fields of a refusal."""
    hint = ": ".join(part for part in (refusal.rule, refusal.help) if part)
    fields = {"S": "ERROR", "V": "ERROR", "C": refusal.sqlstate, "M": refusal.message}
    return fields | ({"H": hint} if hint else {}) | _SOURCE


def fatal(sqlstate: str, text: str) -> dict[str, str]:
    """The fields of an error that ends a session before it began."""
    return {"S": "FATAL", "V": "FATAL", "C": sqlstate, "M": text} | _SOURCE
