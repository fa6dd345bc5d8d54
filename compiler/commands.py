"""The commands of the compiler half: init, observe, compile, explain.

Each calls one public function with values and prints what it gives.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from streamplan.runtime.files import FileSource
from streamplan.runtime.progress import reading

from .api import Compiled, compile_files
from .codes import CODES
from .diagnostic import CompileError, Diagnostic, Format, Span, show
from .emit import SUMMARY_FILE, write
from .observe import Observation, Sample, observe
from .observed import FOLDER, read_observed, save
from .scaffold import scaffold
from .second import unread
from .source import read_source
from .spec import Spec, parse_spec
from .walk import statements

SPEC = click.argument("spec", type=click.Path(path_type=Path))
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    default=Format.TEXT.value,
    help="How problems are printed.",
)


@contextmanager
def problems_shown(form: Format) -> Iterator[None]:
    """Prints a CompileError in the form asked for and leaves with exit code 1. JSON goes to standard output."""
    try:
        yield
    except CompileError as error:
        paths = {diagnostic.span.path for diagnostic in error.diagnostics if diagnostic.span.path}
        sources = {
            path: Path(path).read_text(encoding="utf-8", errors="replace") for path in paths if Path(path).is_file()
        }
        click.echo(show(error, form, sources), err=form is not Format.JSON)
        raise SystemExit(1) from None


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--connector", default="shop", show_default=True, help="The connector's name.")
def init_command(folder: Path, connector: str) -> None:
    """Writes an example spec to start from.

    \b
    Examples:
      streamplan init
      streamplan init warehouse --connector crm
    """
    path = folder / "specs" / f"{connector}.yaml"
    if path.exists():
        raise click.UsageError(f'"{path}" is there already; choose another --connector')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(scaffold(connector), encoding="utf-8")
    click.echo(
        f"wrote {path}\n\nnext: edit it, then\n  streamplan observe {path} --events FILE\n  streamplan compile {path}"
    )


@click.command("observe")
@SPEC
@click.option(
    "--events",
    multiple=True,
    help="A file of events, plain or gzip; - is standard input. The spec's files when left out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what is new as JSON.")
@FORMAT
def observe_command(spec: Path, events: tuple[str, ...], form: str, *, as_json: bool) -> None:
    """Learns event schemas from events.

    Writes one file a topic into the folder "observed" beside the spec, to be committed with it.

    \b
    Examples:
      streamplan observe specs/shop.yaml --events events/shop.jsonl.gz
      zcat events/*.gz | streamplan observe specs/shop.yaml --events -
    """
    with problems_shown(Format(form)):
        parsed = parse_spec(read_source(spec, str(spec)))
        folder = spec.parent / FOLDER
        paths = events or _spec_files(parsed)
        found = observe(_samples(paths), parsed.topics, read_observed(folder))
        changed = save(found.observed.topics, folder)
    _print_observation(found, folder, changed, as_json=as_json)


def _spec_files(spec: Spec) -> tuple[str, ...]:
    if not spec.events:
        raise click.UsageError("the spec's source is not files: name a file of events with --events")
    return (spec.events,)


def _samples(paths: tuple[str, ...]) -> Iterator[Sample]:
    for path in paths:
        with reading(FileSource(path)) as records:
            for record in (record for record in records if record.broken is None):
                yield Sample(topic=record.at.topic, key=record.key, value=record.value)


def _print_observation(found: Observation, folder: Path, changed: list[str], *, as_json: bool) -> None:
    if as_json:
        body = {
            "topics": [t.topic for t in found.observed.topics],
            "notes": list(found.notes),
            "written": changed,
        }
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for note in found.notes:
        click.echo(f"  {note}")
    click.echo(f"{len(found.observed.topics)} topics known; {len(changed)} files written in {folder}")


@click.command("compile")
@SPEC
@click.option("--out", type=click.Path(path_type=Path), help="The plan's folder.  [default: plans/CONNECTOR]")
@click.option("--strict", is_flag=True, help="Let a second reader, sqlglot, parse every statement too.")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 when the plan on disk is not what the spec gives.")
@FORMAT
def compile_command(spec: Path, out: Path | None, form: str, *, check: bool, strict: bool) -> None:
    """Compiles a spec into the next version of its plan.

    Reads the observed schemas beside the spec and the plan that is there. Writes nothing when nothing changed.

    \b
    Examples:
      streamplan compile specs/shop.yaml
      streamplan compile specs/shop.yaml --check --format github     # in CI
    """
    with problems_shown(Format(form)):
        folder = out or Path("plans") / parse_spec(read_source(spec, str(spec))).connector
        compiled = compile_files(spec, folder)
        if strict and (problems := [*unread(statements(compiled.plan))]):
            raise CompileError(problems)
    if compiled.files == compiled.before:
        click.echo(f"{folder}: version {compiled.plan.version}, nothing changed")
    elif check:
        click.echo(f"{folder} is not what {spec} gives; run: streamplan compile {spec}", err=True)
        raise SystemExit(2)
    else:
        _write(compiled, folder)


def _write(compiled: Compiled, folder: Path) -> None:
    if not compiled.before and folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f'"{folder}" holds files that are no plan; name another folder with --out')
    touched = write(compiled.files, compiled.before, folder)
    click.echo(compiled.files[SUMMARY_FILE])
    click.echo(f"wrote {len(touched)} files in {folder}\nnext: review them, commit, then: streamplan apply {folder}")


@click.command("explain")
@click.argument("code")
def explain_command(code: str) -> None:
    """Says what an error code means and what to do.

    \b
    Example:
      streamplan explain S203
    """
    known = CODES.get(code.upper())
    if known is None:
        nowhere = Diagnostic(span=Span(""), code="S204", message=f'"{code}" is not a code of streamplan')
        raise click.UsageError(nowhere.message)
    click.echo(f"{code.upper()}: {known}")
