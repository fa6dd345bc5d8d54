from __future__ import annotations

import json
import signal
import subprocess
import sys

import click.testing
import pytest
from streamplan.sandbox.commands import sandbox_command

ENTRY = [sys.executable, "-c", "from streamplan.sandbox.commands import sandbox_command; sandbox_command()"]
SHOW = "import os, json; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('REDSHIFT_')}))"


def test_a_command_is_run_with_the_five_variables():
    done = subprocess.run(
        [*ENTRY, "--port", "0", "--", sys.executable, "-c", SHOW], capture_output=True, text=True, check=True
    )
    given = json.loads(done.stdout)

    assert {"REDSHIFT_HOST", "REDSHIFT_PORT", "REDSHIFT_USER", "REDSHIFT_PASSWORD", "REDSHIFT_DATABASE"} == set(given)
    assert (given["REDSHIFT_HOST"], given["REDSHIFT_USER"], given["REDSHIFT_DATABASE"]) == ("127.0.0.1", "admin", "dev")


def test_the_commands_exit_code_is_returned():
    done = subprocess.run([*ENTRY, "--port", "0", "--", sys.executable, "-c", "raise SystemExit(7)"], check=False)

    assert done.returncode == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_up_until_it_is_stopped_and_exits_0(number):
    with subprocess.Popen(
        [*ENTRY, "--port", "0", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        told = json.loads(process.stdout.readline())
        process.send_signal(number)
        code = process.wait(60)

    assert told["REDSHIFT_USER"] == "admin"
    assert code == 0


def test_a_signal_is_passed_on_to_the_command():
    waits = "import sys, time; print('up', flush=True); time.sleep(600)"
    with subprocess.Popen(
        [*ENTRY, "--port", "0", "--", sys.executable, "-c", waits], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)

    assert code == 128 + signal.SIGTERM


def test_the_greeting_says_how_to_connect_and_that_it_is_not_redshift():
    with subprocess.Popen(
        [*ENTRY, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        lines = [process.stdout.readline() for _ in range(8)]
        process.send_signal(signal.SIGTERM)

    assert "not Redshift" in lines[0]
    assert any(line.startswith("export REDSHIFT_PORT=") for line in lines)


def test_help_says_what_it_cannot_check():
    text = click.testing.CliRunner().invoke(sandbox_command, ["--help"]).output

    for word in ("not Redshift", "performance", "workload management", "COPY", "Examples"):
        assert word in text
