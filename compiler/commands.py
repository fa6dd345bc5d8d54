"""The commands of the compiler half: init, observe, compile, lint, explain.

Each calls one public function with values and prints what it gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from .api import Compiled, compile_files
from .diagnostic import CompileError, Diagnostic, Format, Span, show
from .emit import SUMMARY_FILE, write
from .errordoc import explained
from .linting import Finding, Severity, lint, shown, unreadable
from .observed import FOLDER, read_observed, save
from .observing import as_json, as_text, look
from .scaffold import scaffold
from .second import unread
from .source import read_source
from .spec import Spec
from .spec_reading import parse_spec
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
    help="A file of events, plain or gzip; - is standard input. The spec's files when left out, without --registry.",
)
@click.option(
    "--registry",
    type=click.Path(path_type=Path),
    help="A dump of the schema registry: what Avro records name, or, without --events, all there is to learn from.",
)
@click.option("--json", "as_json_too", is_flag=True, help="The same as --format json.")
@FORMAT
def observe_command(
    spec: Path, events: tuple[str, ...], registry: Path | None, form: str, *, as_json_too: bool
) -> None:
    """Learns event schemas from events, or from a schema registry.

    Writes one file a topic into the folder "observed" beside the spec, to be committed with it; where a topic holds
    several source tables, one file a table. Looking again adds what is new and forgets nothing.

    \b
    Examples:
      streamplan observe specs/shop.yaml --events events/shop.jsonl.gz
      zcat events/*.gz | streamplan observe specs/shop.yaml --events -
      streamplan observe specs/shop.yaml --events avro.jsonl --registry registry.jsonl
      streamplan observe specs/shop.yaml --registry registry.jsonl --format json
    """
    wanted = Format.JSON if as_json_too else Format(form)
    with problems_shown(wanted):
        parsed = parse_spec(read_source(spec, str(spec)))
        folder = spec.parent / FOLDER
        paths = events or (() if registry else _spec_files(parsed))
        found = look(paths, registry, parsed.topics, read_observed(folder))
        changed = save(found.observation.observed.topics, folder)
    click.echo(as_json(found, changed) if wanted is Format.JSON else as_text(found, folder, changed))


def _spec_files(spec: Spec) -> tuple[str, ...]:
    if not spec.events:
        raise click.UsageError("the spec's source is not files: name a file of events with --events")
    return (spec.events,)


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
        nowhere = Diagnostic(span=Span(""), code="S204", message=f'"{code}" is not a code of streamplan')
        raise click.UsageError(nowhere.message)
    click.echo(known)
