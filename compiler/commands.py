"""The commands that prepare a plan: init, observe.

Each calls one public function with values and prints what it gives.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
from streamplan.runtime.kafka import Clients
from streamplan.runtime.kafka_samples import samples

from .diagnostic import Format
from .observed import FOLDER, read_observed, save
from .observing import as_json, as_text, look, look_at
from .printing import FORMAT, SPEC, problems_shown
from .scaffold import scaffold
from .source import read_source
from .spec import Spec
from .spec_reading import parse_spec


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
@click.option("--kafka", is_flag=True, help="Learn from the spec's topics: the first and the last records of each.")
@click.option("--json", "as_json_too", is_flag=True, help="The same as --format json.")
@FORMAT
def observe_command(
    spec: Path, events: tuple[str, ...], registry: Path | None, form: str, *, kafka: bool, as_json_too: bool
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
      streamplan observe specs/shop.yaml --kafka
    """
    if kafka and events:
        raise click.UsageError("--kafka and --events are two sources: give one")
    wanted = Format.JSON if as_json_too else Format(form)
    with problems_shown(wanted):
        parsed = parse_spec(read_source(spec, str(spec)))
        folder = spec.parent / FOLDER
        if kafka:
            sampled = (("Kafka", record) for record in samples(_clients(parsed), parsed.topics))
            found = look_at(sampled, registry, parsed.topics, read_observed(folder))
        else:
            paths = events or (() if registry else _spec_files(parsed))
            found = look(paths, registry, parsed.topics, read_observed(folder))
        changed = save(found.observation.observed.topics, folder)
    click.echo(as_json(found, changed) if wanted is Format.JSON else as_text(found, folder, changed))


def _clients(spec: Spec) -> Clients:
    if spec.kafka is None:
        raise click.UsageError("the spec's source is files: --kafka needs source.kafka")
    return Clients.of(spec.kafka, os.environ)


def _spec_files(spec: Spec) -> tuple[str, ...]:
    if not spec.events:
        raise click.UsageError("the spec's source is not files: name a file of events with --events, or add --kafka")
    return (spec.events,)
