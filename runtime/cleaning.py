"""The command that removes what runs that were killed left in S3: clean.

A batch's files are removed by the run that wrote them; none are of use to a later one. **It never touches what is
younger than it is told.**
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .disk import load
from .opening import PLAN, counted
from .staging import opened_bucket

if TYPE_CHECKING:
    from .s3 import Bucket, Found

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_AGE = re.compile(r"([0-9]{1,5})([mhd])")


def _read_age(_: click.Context, __: click.Parameter, text: str) -> timedelta:
    found = _AGE.fullmatch(text)
    if found is None:
        raise click.BadParameter(f'"{text}" is no age such as 30m, 12h or 1d')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.command("clean")
@PLAN
@click.option(
    "--older-than",
    "age",
    default="1d",
    show_default=True,
    metavar="AGE",
    callback=_read_age,
    help="Leave what is younger: it may belong to a run. Minutes, hours or days: 30m, 12h, 1d.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def clean_command(plan: Path, age: timedelta, *, dry_run: bool) -> None:
    """Removes files from S3 that runs left there when they were killed.

    A plan that stages over S3 writes the files of a batch, and removes them behind its transaction. It looks only under
    the plan's prefix and connector. A lifecycle rule of the bucket does the same.

    \b
    Examples:
      streamplan clean plans/shop --dry-run
      streamplan clean plans/shop --older-than 12h
    """
    loaded = load(plan)
    if loaded.staging is None:
        click.echo(f"{loaded.connector}: the plan stages nothing over S3")
        return
    with opened_bucket(loaded.staging, os.environ) as bucket:
        left = left_over(bucket, loaded.connector, datetime.now(UTC) - age)
        for one in left:
            click.echo(f"  {bucket.address(one.key)}")
        if not dry_run:
            bucket.remove([one.key for one in left])
    did = "would be removed" if dry_run else "removed"
    click.echo(f"{loaded.connector}: {counted(len(left), 'file')} {did}, {sum(one.size for one in left):,} bytes")


def left_over(bucket: Bucket, connector: str, before: datetime) -> tuple[Found, ...]:
    """The connector's files that were written before a time."""
    return tuple(one for one in bucket.found(f"{connector}/") if one.changed < before)
