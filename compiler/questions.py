"""The commands that answer a question and change nothing: access, lint, schema, explain."""

from __future__ import annotations

import json
from pathlib import Path

import click
from streamplan.runtime.disk import load

from .diagnostic import Format
from .errordoc import explained
from .linting import Finding, Severity, lint, shown, unreadable
from .printing import FORMAT
from .privileges import Right, matrix
from .spec_check import schema_text


@click.command("access")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How it is printed.")
def access_command(plan: Path, form: str) -> None:
    """Prints who may do what on what, and which statement of the plan needs it.

    The loader's privileges are proven when the plan is compiled: each is needed by a statement, and none is missing.
    Readers and the deployer have what the spec wishes; what the deployer creates it owns.

    \b
    Examples:
      streamplan access plans/shop
      streamplan access plans/shop --format json
    """
    rights = matrix(load(plan))
    click.echo(as_json(rights) if form == "json" else as_text(rights))


def as_text(rights: tuple[Right, ...]) -> str:
    """A block for each grantee: a line for each privilege, with the statements that need it."""
    lines: list[str] = []
    before = None
    for right in rights:
        if right.to != before:
            lines += [*([""] if lines else []), f"{right.to.kind.value.lower()} {right.to.name}"]
            before = right.to
        what = f"{right.privilege} on {right.on.kind.value.lower()} {'.'.join(right.on.name)}"
        lines.append(f"  {what:<56} {_reason(right)}".rstrip())
    return "\n".join(lines) if lines else "the plan gives no privileges: its spec has no access"


def _reason(right: Right) -> str:
    """The first statement that needs it, and how many more do."""
    more = f" and {len(right.because) - 1} more" if len(right.because) > 1 else ""
    return f"{right.because[0]}{more}" if right.because else ""


def as_json(rights: tuple[Right, ...]) -> str:
    """A list of all rights, with every statement that needs each."""
    body = [
        {
            "grantee": right.to.name,
            "kind": right.to.kind.value.lower(),
            "privilege": right.privilege.value,
            "on": {right.on.kind.value.lower(): ".".join(right.on.name)},
            "needed_by": list(right.because),
        }
        for right in rights
    ]
    return json.dumps(body, ensure_ascii=False, indent=2)


@click.command("schema")
def schema_command() -> None:
    """Prints the JSON Schema of a connector spec, for editors to complete and check it.

    \b
    Examples:
      streamplan schema > streamplan.schema.json
      # then, in the first line of a spec:
      # yaml-language-server: $schema=streamplan.schema.json
    """
    click.echo(schema_text(), nl=False)


@click.command("lint")
@click.argument("files", nargs=-1, required=True)
@FORMAT
def lint_command(files: tuple[str, ...], form: str) -> None:
    """Judges files of SQL by Redshift's rules. Nothing is executed.

    A file holds statements with semicolons between them; - is standard input. Exit code 1 when Redshift would refuse
    a statement, 0 when there are only warnings or nothing.

    \b
    Examples:
      streamplan lint views/*.sql
      streamplan lint migration.sql --format github     # in CI
      generate-sql | streamplan lint -
    """
    sources = dict[str, str]()
    findings = [found for path in files for found in _linted(path, sources)]
    if findings or form == Format.JSON:
        click.echo(shown(findings, Format(form), sources))
    errors = sum(found.severity is Severity.ERROR for found in findings)
    click.echo(f"files: {len(files)}, errors: {errors}, warnings: {len(findings) - errors}", err=True)
    raise SystemExit(1 if errors else 0)


def _linted(path: str, sources: dict[str, str]) -> tuple[Finding, ...]:
    """The findings of a file, whose text is put among the sources."""
    name = "<stdin>" if path == "-" else path
    try:
        with click.open_file(path, "rb") as file:
            sources[name] = file.read().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        return (unreadable(name, f"the file cannot be read: {error.strerror or error}"),)
    except UnicodeDecodeError as error:
        return (unreadable(name, f"the file is not UTF-8: byte {error.start + 1} cannot be read"),)
    return lint(sources[name], name)


@click.command("explain")
@click.argument("code")
def explain_command(code: str) -> None:
    """Says what an error code, or a rule of Redshift, means, why, and what to do.

    \b
    Examples:
      streamplan explain S203
      streamplan explain RS-305
    """
    known = explained(code.upper())
    if known is None:
        raise click.UsageError(f'"{code}" is not a code of streamplan')
    click.echo(known)
