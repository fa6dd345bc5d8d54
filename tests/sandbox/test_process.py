from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from streamplan.runtime.errors import StreamplanError
from streamplan.sandbox.install import reachable
from streamplan.sandbox.query import Session, over_tcp
from streamplan.sandbox.sandbox import running

HOLDER = """
import time
from streamplan.sandbox.sandbox import running
with running() as sandbox:
    print(sandbox.pid, sandbox.postgres_pid, flush=True)
    time.sleep(600)
"""
AS_ANOTHER = """
from pathlib import Path
from streamplan.sandbox.sandbox import running
with running(Path("kept")) as sandbox:
    sandbox.create_database("mine")
print("done")
"""
PATIENCE = 30


@pytest.fixture
def scratch():
    """A folder that every account may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="sp-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def alive(pid):
    """Whether the process runs; a dead one that nobody has waited for does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


def gone(pids):
    until = time.monotonic() + PATIENCE
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def open_session(address):
    connection = over_tcp(address.host, address.port)
    return Session(connection, user=address.user, database=address.database, password=address.password)


def test_nothing_is_left_after_the_with():
    with running() as sandbox:
        pids = (sandbox.pid, sandbox.postgres_pid)
        assert all(alive(pid) for pid in pids)

    assert gone(pids)


def test_nothing_is_left_when_a_client_is_still_connected():
    with running() as sandbox, contextlib.ExitStack() as stack:
        stack.enter_context(open_session(sandbox.address))
        pids = (sandbox.pid, sandbox.postgres_pid)
        os.kill(sandbox.pid, signal.SIGTERM)
        assert gone(pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_the_holder_is_killed(number):
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as holder:
        pids = [int(word) for word in holder.stdout.readline().split()]
        assert len(pids) == 2
        holder.send_signal(number)

    assert gone(pids)


def test_a_kept_folder_is_used_again(scratch):
    with running(scratch) as sandbox, open_session(sandbox.address) as session:
        session.run("CREATE TABLE kept (a INT)")
    with running(scratch) as sandbox, open_session(sandbox.address) as session:
        session.run("SELECT a FROM kept")


def test_a_folder_that_holds_something_else_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StreamplanError) as caught, running(tmp_path):
        pass

    assert caught.value.code == "B904"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_taken_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StreamplanError) as caught, running(port=port):
            pass

    assert caught.value.code == "B906"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_normal_user_can_run_it(scratch):
    other = pwd.getpwnam("nobody")
    if not reachable(Path(sys.executable)):
        pytest.skip("another user cannot run this Python")
    os.chown(scratch, other.pw_uid, other.pw_gid)
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER],
        user=other.pw_uid, group=other.pw_gid, extra_groups=[], cwd=scratch,
        env={"HOME": str(scratch), "PATH": os.defpath}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout == "done\n", done.stderr
