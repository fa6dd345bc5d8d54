"""Makes the next plan and writes it, for the command: what `compiling` needs when something was touched."""

from __future__ import annotations

from pathlib import Path

import click

from .api import Compiled
from .diagnostic import CompileError
from .emit import SUMMARY_FILE, write
from .recompile import Recompile
from .source import read_source
from .spec_reading import parse_spec
from .untouched import Remembered
from .walk import statements


def connector_of(spec: Path) -> str:
    """The connector's name; raises CompileError."""
    return parse_spec(read_source(spec, str(spec))).connector


def make(spec: Path, folder: Path, before: Remembered, *, check: bool, strict: bool) -> None:
    """Compiles, and writes what is new; exit code 2 where `check` finds that the plan is not what the spec gives.

    Raises CompileError, PlanError.
    """
    work = Recompile(spec, folder, before, strict=strict)
    compiled = work.compiled()
    if strict and not compiled.unchanged:
        _read_again(compiled)
    if compiled.unchanged:
        click.echo(f"{folder}: version {compiled.head.version}, nothing changed")
    elif check:
        click.echo(f"{folder} is not what {spec} gives; run: streamplan compile {spec}", err=True)
        raise SystemExit(2)
    else:
        _write(compiled, folder)
    work.remember(compiled)


def _read_again(compiled: Compiled) -> None:
    from .second import unread  # noqa: PLC0415 - sqlglot takes a while to import

    if problems := [*unread(statements(compiled.plan))]:
        raise CompileError(problems)


def _write(compiled: Compiled, folder: Path) -> None:
    if not compiled.before and folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f'"{folder}" holds files that are no plan; name another folder with --out')
    touched = write(compiled.files, compiled.sums, compiled.before, folder)
    click.echo(str(compiled.files[SUMMARY_FILE]))
    click.echo(f"wrote {len(touched)} files in {folder}\nnext: review them, commit, then: streamplan apply {folder}")
