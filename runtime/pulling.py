"""The command that brings what runs made by themselves back into the repository: pull."""

from __future__ import annotations

from pathlib import Path

import click

from .evolve import pull
from .opening import PLAN, counted, opened


@click.command("pull")
@PLAN
@click.option("--spec", type=click.Path(path_type=Path), required=True, help="The plan's spec.")
def pull_command(plan: Path, spec: Path) -> None:
    """Writes the versions that runs made into the plan's folder.

    Reads from the warehouse what each version under schema_evolution: auto was made from, writes that into the folder
    "observed" beside the spec, and compiles each version in turn. Nothing is written unless every one is, byte for
    byte, what the run applied. Commit both folders.

    \b
    Example:
      streamplan pull plans/shop --spec specs/shop.yaml
    """
    with opened(plan) as (loaded, warehouse):
        made = pull(plan, loaded, spec, warehouse)
    for one in made:
        learnt = ", ".join(sorted(one.texts)) or "nothing new"
        click.echo(f"version {one.version} ({one.plan_id[:12]}): {learnt}")
    click.echo(f"{loaded.connector}: {counted(len(made), 'version')} pulled" + (f" into {plan}" if made else ""))
