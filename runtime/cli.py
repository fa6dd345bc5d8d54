"""The command line: one program, its commands loaded when they are asked for, and the exit codes.

    0 done, or no change    1 error    2 differences    3 a hazard needs to be allowed    4 the warehouse failed
    64 usage    130 interrupted

It decides nothing: a command calls one public function with values.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from .errors import StreamplanError

USAGE = 64
INTERRUPTED = 130

# command -> (module, attribute, the extra that brings it)
COMMANDS = {
    "init": ("streamplan.compiler.commands", "init_command", "compiler"),
    "observe": ("streamplan.compiler.commands", "observe_command", "compiler"),
    "compile": ("streamplan.compiler.compiling", "compile_command", "compiler"),
    "access": ("streamplan.compiler.questions", "access_command", "compiler"),
    "lint": ("streamplan.compiler.questions", "lint_command", "compiler"),
    "schema": ("streamplan.compiler.questions", "schema_command", "compiler"),
    "explain": ("streamplan.compiler.questions", "explain_command", "compiler"),
    "apply": ("streamplan.runtime.commands", "apply_command", ""),
    "run": ("streamplan.runtime.running", "run_command", ""),
    "pull": ("streamplan.runtime.pulling", "pull_command", ""),
    "status": ("streamplan.runtime.commands", "status_command", ""),
    "quarantine": ("streamplan.runtime.quarantining", "quarantine_group", ""),
    "clean": ("streamplan.runtime.cleaning", "clean_command", ""),
    "sandbox": ("streamplan.sandbox.commands", "sandbox_command", "sandbox"),
    "demo": ("streamplan.sandbox.demo", "demo_command", "all"),
}


class Lazy(click.Group):
    """A group that imports a command's module when the command is asked for, so that a runtime-only install starts."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of a user's work, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command; raises StreamplanError X902 when its extra is not installed."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, extra = COMMANDS[cmd_name]
        try:
            command: click.Command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            return _absent(cmd_name, extra, error.name or "a module")
        return command


def _absent(name: str, extra: str, module: str) -> click.Command:
    """A stand-in for a command whose libraries are not installed, so that `--help` of the others works."""

    @click.command(name, context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("arguments", nargs=-1)
    def absent(arguments: tuple[str, ...]) -> None:  # noqa: ARG001 - taken so that the message comes first
        help_ = f"pip install 'streamplan[{extra}]'"
        raise StreamplanError("X902", f'"{name}" needs {module}, which is not installed', help=help_)

    absent.short_help = f"(not installed: streamplan[{extra}])"
    return absent


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="streamplan")
def cli() -> None:
    """Compiles connector specs and observed event schemas into a versioned plan of Amazon Redshift SQL, and runs it.

    \b
    A first look:          streamplan demo
    A connector of yours:  streamplan init
                           streamplan observe specs/shop.yaml --events events.jsonl.gz
                           streamplan compile specs/shop.yaml
                           streamplan apply plans/shop
                           streamplan run plans/shop --until-end
    """


def run(arguments: list[str]) -> int:
    """Runs the program on its arguments and returns its exit code."""
    try:
        code = cli.main(args=arguments, prog_name="streamplan", standalone_mode=False)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        error.show()
        return 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except OSError as error:
        return _failed(
            StreamplanError("X903", ": ".join(str(part) for part in (error.strerror, error.filename) if part))
        )
    except StreamplanError as error:
        return _failed(error)
    return code or 0


def _failed(error: StreamplanError) -> int:
    help_ = f"\n  help: {error.help}" if error.help else ""
    click.echo(f"error {error.code}: {error.message}{help_}", err=True)
    return error.exit_code


def main() -> None:
    """The entry point."""
    sys.exit(run(sys.argv[1:]))
