"""What goes wrong between the loader, S3 and COPY: it is tried again or told; nothing is lost, doubled or left over."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread

import pytest
import rig
import shop
from click.testing import CliRunner
from streamplan.runtime import s3
from streamplan.runtime.cleaning import clean_command, left_over
from streamplan.runtime.copying import Copying
from streamplan.runtime.errors import StopError, WarehouseError
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import Staging
from streamplan.runtime.ports import Silent, Until, once
from test_failures import Noting, patience
from test_staged import PHASE, everything_equals_the_source, shop_plan

FUTURE = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def rigged(tmp_path: Path, warehouse):
    plan, events = shop_plan(tmp_path)
    rig.apply_plan(plan, warehouse)
    return plan, events


@pytest.fixture
def bucket(rigged, warehouse):
    with s3.bucket(rigged[0].staging, warehouse.environment()) as opened:
        for one in left_over(opened, "shop", FUTURE):  # the sandbox's S3 is that of other tests too
            opened.remove([one.key])
        yield opened


class Wrong:
    """A bucket whose nth write is done otherwise, by `wrong(bucket, key, body)`."""

    def __init__(self, bucket, number: int, wrong) -> None:
        self.bucket, self.number, self.wrong, self.writes = bucket, number, wrong, 0

    def put(self, key: str, body: bytes) -> None:
        self.writes += 1
        (self.wrong if self.writes == self.number else type(self.bucket).put)(self.bucket, key, body)

    def __getattr__(self, name: str):
        return getattr(self.bucket, name)


def failed(*_):
    raise WarehouseError("X980", "S3 says 503")


def half(bucket, key: str, body: bytes) -> None:
    bucket.put(key, body[: len(body) // 2])


def nothing(*_):
    """The upload is told to be done and is not."""


def run(rigged, warehouse, objects, retry=once, reporter=None):
    plan, events = rigged
    numbers = count()
    stage = Copying(objects, plan.connector, 1, lambda: f"batch{next(numbers)}")
    with rig.warehouse_of(plan, warehouse) as real, FileSource(str(events)) as source:
        run = Run(plan, source, real, rig.SystemClock(), reporter or Silent(), retry=retry, stage=stage)
        return run.go(Until.END)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("wrong", [failed, half, nothing])
def test_an_upload_that_fails_is_tried_again_with_its_transaction(rigged, warehouse, bucket, wrong, number):
    noting = Noting()
    run(rigged, warehouse, Wrong(bucket, number, wrong), patience(noting), noting)
    assert len(noting.retried) == 1
    assert everything_equals_the_source(rigged[0], warehouse)
    assert left_over(bucket, "shop", FUTURE) == ()


def test_a_run_that_s3_fails_for_good_writes_nothing_and_leaves_nothing(rigged, warehouse, bucket):
    with pytest.raises(WarehouseError) as caught:
        run(rigged, warehouse, Wrong(bucket, 1, failed))
    assert caught.value.code == "X980"
    assert rig.rows_of(rigged[0], warehouse, "shop", "_streamplan_ledger") == []
    assert left_over(bucket, "shop", FUTURE) == ()


def with_another_line(bucket, key: str, body: bytes) -> None:
    """A manifest that fits, of a file that holds a row more."""
    lines = gzip.decompress(body)
    bucket.put(key, gzip.compress(lines + lines[: lines.index(b"\n") + 1]))


class Recounted:
    """Objects whose manifest says nothing of sizes."""

    def __init__(self, bucket) -> None:
        self.bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        if key.endswith("manifest.json"):
            body = body.replace(b'"content_length"', b'"length"')
            self.bucket.put(key, body)
        else:
            with_another_line(self.bucket, key, body)

    def __getattr__(self, name: str):
        return getattr(self.bucket, name)


def test_a_copy_of_another_count_is_rolled_back(rigged, warehouse, bucket):
    with pytest.raises(WarehouseError) as caught:
        run(rigged, warehouse, Recounted(bucket))
    assert caught.value.code == "X982"
    assert "rows of" in caught.value.message
    committed = {row["topic"] for row in rig.rows_of(rigged[0], warehouse, "shop", "_streamplan_ledger")}
    assert committed == {"shop.shop.staging_lines"}, "its batch holds a truncate and no rows"


class Spoilt(Recounted):
    """Objects in which the first value of each line is no number."""

    def put(self, key: str, body: bytes) -> None:
        if key.endswith("manifest.json"):
            self.bucket.put(key, body.replace(b'"content_length"', b'"length"'))
        else:
            self.bucket.put(key, gzip.compress(gzip.decompress(body).replace(b'"', b'"x', 1)))


def test_what_copy_refuses_is_explained_by_file_line_and_column_and_not_tried_again(rigged, warehouse, bucket):
    noting = Noting()
    with pytest.raises(StopError) as caught:
        run(rigged, warehouse, Spoilt(bucket), patience(noting), noting)
    assert caught.value.code == "X983"
    assert noting.retried == []
    assert "/batch" in caught.value.message
    assert "0000.csv.gz line 1, column " in caught.value.message
    kept = Counter(Path(found.key).parts[1] for found in left_over(bucket, "shop", FUTURE))
    assert kept["shop.orders"] == 2, "a refused file and its manifest are kept to be looked at"
    assert {*kept.values()} == {2}, "each table was tried with others, then alone: its last files are kept"


def test_what_a_killed_run_leaves_is_cleaned_when_it_is_old(rigged, warehouse, bucket, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(rigged, warehouse, Wrong(bucket, 2, killed))
    assert len(left_over(bucket, "shop", FUTURE)) == 1
    for name, value in warehouse.environment().items():
        monkeypatch.setenv(name, value)
    plan = str(tmp_path / "plan")
    young = CliRunner().invoke(clean_command, [plan], catch_exceptions=False)
    assert (young.exit_code, young.output) == (0, "shop: 0 files removed, 0 bytes\n")
    dry = CliRunner().invoke(clean_command, [plan, "--older-than", "0m", "--dry-run"], catch_exceptions=False)
    assert "0000.csv.gz\nshop: 1 file would be removed, " in dry.output
    assert len(left_over(bucket, "shop", FUTURE)) == 1
    old = CliRunner().invoke(clean_command, [plan, "--older-than", "0m"], catch_exceptions=False)
    assert "0000.csv.gz\nshop: 1 file removed, " in old.output
    assert left_over(bucket, "shop", FUTURE) == ()


def test_an_age_that_is_none_is_refused(tmp_path: Path):
    found = CliRunner().invoke(clean_command, [str(tmp_path), "--older-than", "soon"])
    assert (found.exit_code, '"soon" is no age such as 30m, 12h or 1d' in found.output) == (2, True)


@contextmanager
def answering(status: int, code: str):
    """An S3 that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = f"<Error><Code>{code}</Code><Message>so it is</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def error_of(endpoint: str):
    settings = Staging(prefix="s3://bucket/x", endpoint=endpoint, region="us-east-1")
    keys = {"AWS_ACCESS_KEY_ID": "AKIAKEY", "AWS_SECRET_ACCESS_KEY": "the secret"}
    with pytest.raises((StopError, WarehouseError)) as caught, s3.bucket(settings, keys, attempts=1) as bucket:
        bucket.put("a", b"b")
    assert "secret" not in caught.value.message + caught.value.help
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (503, "SlowDown", "X980"),
        (500, "InternalError", "X980"),
        (400, "RequestTimeout", "X980"),
        (403, "AccessDenied", "X981"),
        (404, "NoSuchBucket", "X981"),
    ],
)
def test_what_s3_answers_is_sorted_by_whether_it_may_pass(status: int, code: str, expected: str):
    with answering(status, code) as endpoint:
        error = error_of(endpoint)
    assert (error.code, f"S3 says {code}: so it is" in error.message) == (expected, True)


def test_an_s3_that_cannot_be_reached_may_be_later():
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_address[1]
    assert error_of(f"http://127.0.0.1:{port}").code == "X980"


@pytest.mark.parametrize(
    "prefix", ["bucket/path", "s3://B/", "s3://bucket/'; DROP", "s3://bucket/{manifest}/", "s3:///x/"]
)
def test_a_prefix_that_is_no_address_is_refused(prefix: str):
    with pytest.raises(StopError) as caught, s3.bucket(Staging(prefix=prefix), os.environ):
        pass
    assert caught.value.code == "X901"


WITHOUT = """
import sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name == "isal":
            raise ModuleNotFoundError(f"{name} is behind the wall", name=name)

sys.meta_path.insert(0, Wall())
from streamplan.runtime.cli import run
sys.exit(run(sys.argv[1:]))
"""


def test_what_is_missing_to_stage_over_s3_is_named(tmp_path: Path):
    shop_plan(tmp_path)
    command = [sys.executable, "-P", "-c", WITHOUT, "clean", str(tmp_path / "plan")]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.stderr.startswith("error X902: staging over S3 needs isal, which is not installed\n")
    assert "pip install 'streamplan[s3]'" in found.stderr
    assert found.returncode == 1


def test_a_plan_that_inserts_has_nothing_to_clean(tmp_path: Path):
    spec = rig.shop_spec(tmp_path)
    rig.observe_file(spec, shop.write(tmp_path / "events.jsonl", "schemas", PHASE), ("shop.shop.*",))
    rig.compile_plan(spec, tmp_path / "plan")
    found = CliRunner().invoke(clean_command, [str(tmp_path / "plan")], catch_exceptions=False)
    assert (found.exit_code, found.output) == (0, "shop: the plan stages nothing over S3\n")
