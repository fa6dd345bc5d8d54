"""The command that makes a plan: compile. The pipeline is imported when something was touched, and not before."""

from __future__ import annotations

import gc
import os
from importlib.util import find_spec
from pathlib import Path

import click

from .diagnostic import Format
from .printing import FORMAT, SPEC, problems_shown
from .untouched import Remembered

_LIBRARIES = ("jinja2", "jsonschema", "ruamel.yaml", "sqlglot")
for _library in _LIBRARIES:  # told at once, as every command of the compiler tells it, though they are imported later
    if find_spec(_library) is None:
        raise ModuleNotFoundError(f"No module named {_library!r}", name=_library)


@click.command("compile")
@SPEC
@click.option("--out", type=click.Path(path_type=Path), help="The plan's folder.  [default: plans/CONNECTOR]")
@click.option(
    "--strict", is_flag=True, help="Prove every statement, not the first of each shape, and let sqlglot read it too."
)
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
    gc.disable()  # a compile makes many values and no cycles among them
    with problems_shown(Format(form)):
        folder = out or _folder_of(spec)
        before = Remembered(spec, folder, os.environ, afresh=strict)
        if before.version:
            before.renew()
            click.echo(f"{folder}: version {before.version}, nothing changed")
            return
        from .making import make  # noqa: PLC0415

        make(spec, folder, before, check=check, strict=strict)


def _folder_of(spec: Path) -> Path:
    from .making import connector_of  # noqa: PLC0415

    return Path("plans") / connector_of(spec)
