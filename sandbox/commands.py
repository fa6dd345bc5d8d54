"""The command `streamplan sandbox`: one that stays up, or one for the time of another command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from streamplan.runtime.errors import StreamplanError

from .gateway import HOST
from .postgres import Isolation
from .sandbox import Address, running

_REDSHIFT_PORT = 5439
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_KILLED = 128  # a shell's exit code for a signal is this and the signal's number

_EPILOG = """\b
Examples:
  streamplan sandbox                              stays up until Ctrl-C
  streamplan sandbox --keep .sandbox              keeps its data for the next time
  streamplan sandbox -- streamplan apply plans/shop
                                                  runs a command with a fresh sandbox up

It is a development tool, not Redshift. It takes a plan's statements from the real driver, refuses what Redshift is
known to refuse, and answers with Redshift's types and errors as far as they are documented. It cannot check
performance, workload management, IAM, or details of the wire protocol. COPY reads an S3 that it brings: of COPY it does
what a plan asks for, CSV files that a manifest names."""


@click.command(
    "sandbox",
    epilog=_EPILOG,
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
)
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Where to listen.  [default: 5439, or a free port if it is taken]"
)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Keep the data in DIR.")
@click.option(
    "--isolation",
    type=click.Choice([level.value for level in Isolation]),
    default=Isolation.SNAPSHOT.value,
    show_default=True,
    help="The isolation level of its databases.",
)
@click.option("--json", "as_json", is_flag=True, help="Print how to connect as one line of JSON.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def sandbox_command(
    port: int | None,
    keep: Path | None,
    isolation: str,
    as_json: bool,  # noqa: FBT001 - click passes options by position
    command: tuple[str, ...],
) -> None:
    """A local stand-in for Redshift, on this machine's loopback.

    Connect with ssl=False. The sandbox's password opens every user, beside the password that a user was given. A
    COMMAND after `--` is run with REDSHIFT_HOST, REDSHIFT_PORT, REDSHIFT_USER, REDSHIFT_PASSWORD and
    REDSHIFT_DATABASE set, and with the AWS_ variables that lead to the sandbox's own S3, in which every bucket is
    there; its exit code is returned.
    """
    with _stopping(command), running(keep, _port(port), Isolation(isolation)) as started:
        if command:
            sys.exit(_run(command, started.address))
        click.echo(json.dumps(started.address.environment()) if as_json else _greeting(started.address))
        _wait()


class _Stopped(BaseException):
    """A signal asked us to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _stopping(command: tuple[str, ...]) -> Iterator[None]:
    """Ctrl-C and SIGTERM end it in good order: with exit code 0, unless there was a command to run."""

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        raise _Stopped(number)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    except _Stopped as stopped:
        click.echo("stopped", err=True)
        sys.exit(_KILLED + stopped.number if command else 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _port(asked: int | None) -> int:
    """The port asked for; without one, Redshift's own if nobody listens there, else 0."""
    if asked is not None:
        return asked
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, _REDSHIFT_PORT))
        except OSError:
            return 0
    return _REDSHIFT_PORT


def _wait() -> None:
    while True:
        signal.pause()


def _run(command: tuple[str, ...], address: Address) -> int:
    """Runs the command in the foreground. A signal is the command's: it is passed on, and its exit code decides."""
    try:
        process = subprocess.Popen(command, env=os.environ | address.environment())
    except OSError as error:
        raise StreamplanError("B908", f'cannot run "{command[0]}": {error.strerror}') from error
    while True:
        try:
            code = process.wait()
        except _Stopped as stopped:
            _pass_on(stopped.number, process)
        else:
            return code if code >= 0 else _KILLED - code


def _pass_on(number: int, process: subprocess.Popen[bytes]) -> None:
    """Gives the command the signal. Ctrl-C at a terminal has reached it already."""
    if number != signal.SIGINT or not sys.stdin.isatty():
        process.send_signal(number)


def _greeting(address: Address) -> str:
    variables = "\n".join(f"export {key}={value}" for key, value in address.environment().items())
    return f"""\
The sandbox is up: a development tool, not Redshift. Ctrl-C stops it.

{variables}

import redshift_connector
connection = redshift_connector.connect(
    host="{address.host}", port={address.port}, user="{address.user}", password="{address.password}",
    database="{address.database}", ssl=False,
)"""
