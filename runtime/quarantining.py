"""The commands that work the quarantine off: list, show, replay, drop.

Each calls one public function with values and prints what it gives.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from .errors import StopError
from .migrate import must_be_applied
from .opening import DIFFERENCES, JSON, PLAN, counted, echo_json, opened
from .quarantine import Chosen, Entry, Matching, Named, Place, counts, drop, entries, one
from .replaying import Older, Replayed, rehearse, replay
from .settings import with_hash_salt
from .showing import document, escaped, rows, told, whole_document
from .staging import staging

_SHOWN = 5
_LIMIT = 100
_PLACE = re.compile(r"(.+)\[([0-9]{1,9})\]@([0-9]{1,19})", re.DOTALL)
_LAST = (1 << 63) - 1
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _place(text: str) -> Place:
    """The place that a text names, as the commands print it; raises BadParameter."""
    if (found := _PLACE.fullmatch(text)) is None or int(found[3]) > _LAST:
        raise click.BadParameter(f'"{escaped(text)}" is no place: topic[partition]@offset, as list prints it')
    return Place(found[1], (int(found[2]), int(found[3])))


def _read_place(_: click.Context, __: click.Parameter, text: str) -> Place:
    return _place(text)


def _read_places(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(map(_place, texts))


_TOPIC = click.option("--topic", default="", help="Those of a topic.")
_CODE = click.option("--code", default="", help="Those with a code, as X924.")


def _choosing(command: _Command) -> _Command:
    """Places, or all records, or those of a topic or with a code."""
    every = click.option("--all", "every", is_flag=True, help="All records.")
    places = click.argument("places", callback=_read_places, nargs=-1, metavar="[PLACE]...")
    return PLAN(places(every(_TOPIC(_CODE(command)))))


def _chosen(places: tuple[Place, ...], topic: str, code: str, *, every: bool) -> Chosen:
    if places and (every or topic or code):
        raise click.UsageError("a PLACE stands without --all, --topic and --code")
    if not (places or every or topic or code):
        raise click.UsageError("name records by PLACE, --topic or --code, or give --all")
    return Named.of(places) if places else Matching(topic=topic, code=code.upper())


@click.group("quarantine")
def quarantine_group() -> None:
    """Lists, shows, replays and drops the records that could not be taken in.

    A PLACE is topic[partition]@offset, as list prints it.

    \b
    Examples:
      streamplan quarantine list plans/shop
      streamplan quarantine show plans/shop 'shop.public.orders[0]@17'
      streamplan quarantine replay plans/shop --all
      streamplan quarantine drop plans/shop --code X910
    """


@quarantine_group.command("list")
@PLAN
@_TOPIC
@_CODE
@click.option("--limit", type=click.IntRange(min=1), default=_LIMIT, show_default=True, help="At most so many.")
@JSON
def list_command(plan: Path, topic: str, code: str, limit: int, *, as_json: bool) -> None:
    """Lists the records in quarantine: their places, and why they are there.

    \b
    Examples:
      streamplan quarantine list plans/shop
      streamplan quarantine list plans/shop --topic shop.public.orders --code X924 --json
    """
    chosen = Matching(topic=topic, code=code.upper())
    with opened(plan) as (loaded, warehouse):
        total = sum(counts(loaded, warehouse, chosen).values())
        found = entries(loaded, warehouse, chosen, limit)
    if as_json:
        echo_json({"connector": loaded.connector, "total": total, "records": [document(entry) for entry in found]})
    elif found:
        click.echo("\n".join(_listed(loaded.connector, plan, total, found)))
    else:
        click.echo(f"{loaded.connector}: {_nothing(chosen)}")


def _listed(connector: str, plan: Path, total: int, found: tuple[Entry, ...]) -> Iterable[str]:
    yield f"{connector}: {counted(total, 'record')} in quarantine"
    yield from rows(found)
    if total > len(found):
        yield f"  … and {total - len(found):,} more: --limit {total}"
    yield f"  why: streamplan explain {' '.join(sorted({entry.code for entry in found}))}"
    yield f"  one: streamplan quarantine show {plan} PLACE"


def _nothing(chosen: Chosen) -> str:
    """That there is nothing, and of what."""
    match chosen:
        case Matching(topic="", code=""):
            return "nothing is in quarantine"
        case Matching(topic=topic, code=code):
            of = f" of topic {escaped(topic)}" if topic else ""
            return f"nothing{of}{f' with code {code}' if code else ''} is in quarantine"
        case Named():
            return "none of these records is in quarantine"


@quarantine_group.command("show")
@PLAN
@click.argument("place", callback=_read_place)
@click.option("--raw", is_flag=True, help="Write the value's bytes to standard output, as they are.")
@JSON
def show_command(plan: Path, place: Place, *, raw: bool, as_json: bool) -> None:
    """Shows one record: why it is in quarantine, its headers, its key and its value.

    \b
    Examples:
      streamplan quarantine show plans/shop 'shop.public.orders[0]@17'
      streamplan quarantine show plans/shop 'shop.public.orders[0]@17' --raw > value.json
    """
    if raw and as_json:
        raise click.UsageError("--raw and --json cannot stand together")
    with opened(plan) as (loaded, warehouse):
        found = one(loaded, warehouse, place)
    if found is None:
        message = f"{escaped(str(place))} is not in quarantine"
        raise StopError("X970", message, help=f"what is: streamplan quarantine list {plan}")
    entry, record = found
    if raw:
        sys.stdout.buffer.write(record.value or b"")
        _warn_of_cut(entry, len(record.value or b""))
    elif as_json:
        echo_json(whole_document(entry, record))
    else:
        click.echo("\n".join(told(entry, record)))


def _warn_of_cut(entry: Entry, kept: int) -> None:
    if kept < (entry.value_bytes or 0):
        click.echo(f"of {entry.value_bytes:,} bytes the first {kept:,} are kept", err=True)


@quarantine_group.command("replay")
@_choosing
@click.option("--dry-run", is_flag=True, help="Say what would be taken in, and write nothing.")
@click.option("--overwrite", is_flag=True, help="Replay though the table cannot tell whether its rows are newer.")
def replay_command(
    plan: Path, places: tuple[Place, ...], topic: str, code: str, *, every: bool, dry_run: bool, overwrite: bool
) -> None:
    """Takes records out of quarantine into their tables, as the plan says now.

    What cannot be taken in stays, with the reason of now, and the exit code is 2. Rows of a table that holds one row a
    key may be newer than the record: where the table has no position guard, --overwrite says that they are not.

    \b
    Examples:
      streamplan quarantine replay plans/shop --all --dry-run
      streamplan quarantine replay plans/shop --topic shop.public.orders --code X924
      streamplan quarantine replay plans/shop 'shop.public.orders[0]@17' --overwrite
    """
    chosen = _chosen(places, topic, code, every=every)
    older = Older.TAKEN if overwrite else Older.REFUSED
    taken = stays = 0
    with opened(plan) as (loaded, warehouse), staging(loaded, os.environ) as stage:
        must_be_applied(loaded, warehouse)
        salted = with_hash_salt(loaded, os.environ)
        rehearsed = rehearse(salted, warehouse, chosen, older)
        for batch in rehearsed if dry_run else replay(salted, warehouse, chosen, older, stage):
            click.echo("\n".join(_batch(batch)))
            taken, stays = taken + batch.taken, stays + len(batch.stays)
    if not taken + stays:
        click.echo(f"{loaded.connector}: {_nothing(chosen)}")
        return
    did = "would be taken in" if dry_run else "taken in"
    click.echo(f"{loaded.connector}: {counted(taken, 'record')} {did}, {stays:,} in quarantine as before")
    if stays:
        raise SystemExit(DIFFERENCES)


def _batch(batch: Replayed) -> Iterable[str]:
    emptied = f", {counted(batch.emptied, 'table')} emptied" if batch.emptied else ""
    did = f"{counted(batch.upserts, 'row')} upserted, {batch.deletes:,} deleted{emptied}"
    yield f"  {escaped(batch.topic)}: {counted(batch.taken, 'record')} ({did}), {len(batch.stays):,} stay"
    yield from (f"    {escaped(s.place)}  {s.code}  {escaped(s.reason)}" for s in batch.stays[:_SHOWN])
    if len(batch.stays) > _SHOWN:
        yield f"    … and {len(batch.stays) - _SHOWN:,} more: streamplan quarantine list"


@quarantine_group.command("drop")
@_choosing
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop_command(plan: Path, places: tuple[Place, ...], topic: str, code: str, *, every: bool, yes: bool) -> None:
    """Removes records from quarantine for good.

    \b
    Examples:
      streamplan quarantine drop plans/shop --code X910
      streamplan quarantine drop plans/shop 'shop.public.orders[0]@17' --yes
    """
    chosen = _chosen(places, topic, code, every=every)
    with opened(plan) as (loaded, warehouse):
        found = entries(loaded, warehouse, chosen)
        if not found:
            click.echo(f"{loaded.connector}: {_nothing(chosen)}")
        elif yes or click.confirm(f"{loaded.connector}: drop {counted(len(found), 'record')} for good?"):
            dropped = drop(loaded, warehouse, Named.of(entry.place for entry in found))
            click.echo(f"{loaded.connector}: {counted(dropped, 'record')} dropped")
        else:
            click.echo(f"{loaded.connector}: nothing was dropped")
