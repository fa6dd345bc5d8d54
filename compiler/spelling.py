"""Words for what a user wrote wrong: the nearest known word, and a schema violation in plain English."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_PATTERNS = {
    '"destination.password"': (
        '"destination.password" must come from the environment',
        "write ${REDSHIFT_PASSWORD}, and set it where streamplan runs",
    ),
    '"destination.port"': (
        '"destination.port" is not a port',
        "write the port's number, or ${REDSHIFT_PORT}",
    ),
    '"destination.staging"': (
        '"destination.staging" is neither insert nor s3',
        "write staging: insert, or staging: {s3: {prefix: s3://bucket/path/}}",
    ),
    '"destination.staging.s3.prefix"': (
        '"destination.staging.s3.prefix" is no address in S3',
        "write s3://bucket/path/, or a variable that holds it: ${STAGING}",
    ),
    '"destination.staging.s3.iam_role"': (
        '"destination.staging.s3.iam_role" is no role',
        "write default, or the role's ARN: arn:aws:iam::123456789012:role/NAME",
    ),
    '"destination.staging.s3.region"': (
        '"destination.staging.s3.region" is no region',
        "write it as eu-central-1, or leave it out where the bucket is in the cluster's",
    ),
    '"destination.database"': (
        '"destination.database" must be a name, since grants name it',
        "write the database's name, without a variable",
    ),
}
_SECRET = r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$(?!\n)"  # noqa: S105 - as the schema's
_KINDS = {"object": "a mapping", "array": "a list", "string": "a text", "integer": "a whole number"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known word, or all of them."""
    words = list(known)
    folded = {w.partition("(")[0].lower(): w for w in words}
    head, bracket, rest = word.partition("(")
    near = get_close_matches(head.strip().lower(), folded, n=1)
    if not near:
        return "one of " + ", ".join(words)
    if bracket and rest.rstrip(") ").replace(",", "").isdigit():
        return f"did you mean {folded[near[0]].partition('(')[0]}({rest.rstrip(') ')})?"
    return f"did you mean {folded[near[0]]}?"


def wrong_value(where: str, error: ValidationError) -> tuple[str, str]:
    """What is wrong with the value at `where`, and what to do."""
    wanted: Any = error.validator_value
    match error.validator:
        case "enum":
            choices = ", ".join(map(str, wanted))
            return f'{where} is "{error.instance}"', f"use one of: {choices}"
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"{where} is not {' or '.join(_KINDS.get(k, k) for k in kinds)}", "change the value"
        case "pattern" if wanted == _SECRET and where not in _PATTERNS:  # what stands there is not repeated
            return f"{where} must come from the environment", "write ${NAME}, and set it where streamplan runs"
        case "pattern" | "anyOf":
            pattern = f'{where} is "{error.instance}"', f"it must match {wanted}"
            return _PATTERNS.get(where, pattern)
        case "minimum" | "maximum" if where == '"destination.port"':
            return _PATTERNS[where]
        case "minProperties" | "minItems" | "minLength":
            return f"{where} is empty", "give it a value"
        case _:
            return f"{where} is not right: {error.message}", "see the spec's JSON Schema"
