"""What the compiler's commands share: the spec that they take, and how they print problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from .diagnostic import CompileError, Format, show

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
