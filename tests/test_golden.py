"""Golden stories: what the compiler must produce, byte for byte, and the truths that stand beside every story.

A story is a folder of steps; each step compiles its spec against the plan that the step before left, or is refused.
`--update-golden` rewrites; the truths are never rewritten.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import catalog
import pytest
import rig
from streamplan.compiler.api import Compiled, Previous, compile_connector, read_previous
from streamplan.compiler.diagnostic import CompileError, Format, show
from streamplan.compiler.diff import diff
from streamplan.compiler.emit import write
from streamplan.compiler.model import Model, Table
from streamplan.compiler.observed import read_observed
from streamplan.compiler.privileges import matrix
from streamplan.compiler.questions import as_text
from streamplan.compiler.second import unread
from streamplan.compiler.source import read_source
from streamplan.compiler.walk import statements
from streamplan.runtime.copying import Copying
from streamplan.runtime.disk import load
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.settings import with_hash_salt
from streamplan.runtime.staging import INSERTING, opened_bucket

GOLDEN = Path(__file__).parent.parent / "golden"
TELLS_ACCESS = {"append", "grants", "soft"}
STORIES = sorted({path.parent.parent for path in GOLDEN.glob("*/*/spec.yaml")})


def compiled(step: Path, previous: Previous, *, strict: bool = False) -> Compiled:
    """Compiles a step as the command does, with the paths that a reader of its errors would see."""
    observed = read_observed(step / "observed")
    return compile_connector(read_source(step / "spec.yaml", "spec.yaml"), shown(observed), previous, strict=strict)


def shown(observed):
    """The same observation, named as seen from the step's own folder."""
    return type(observed)(topics=observed.topics, folder="observed")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_told_as_it_is_written(story: Path, tmp_path: Path, update_golden, warehouse):
    previous, folder = Previous(), tmp_path / "plan"
    for step in sorted(path for path in story.iterdir() if path.is_dir()):
        if (step / "events.jsonl").exists():
            runs(step, load(folder), previous.model, warehouse, update_golden)
            continue
        outcome = outcome_of(step, previous)
        if isinstance(outcome, str):
            same(step / "errors.txt", outcome, update_golden)
        elif outcome.unchanged:
            same(step / "output.txt", f"version {outcome.head.version}, nothing changed\n", update_golden)
        else:
            write(outcome.files, outcome.sums, outcome.before, folder)
            same_folder(step / "plan", folder, update_golden)
            if story.name in TELLS_ACCESS:
                same(step / "access.txt", as_text(matrix(load(folder))) + "\n", update_golden)
            always(step, previous, outcome)
            applies(folder, outcome, warehouse)
            previous = read_previous(folder)


def runs(step: Path, plan: Plan, model: Model, address, update: bool) -> None:  # noqa: FBT001 - a pytest option
    """What the runtime did with the plan, call by call, and what then lies in the tables."""
    with rig.warehouse_of(plan, address) as warehouse, FileSource(str(step / "events.jsonl")) as source:
        calls = Calls(warehouse, source)
        with staged(plan, address, calls) as stage:
            Run(with_hash_salt(plan, rig.SECRETS), calls, calls, rig.SystemClock(), Silent(), stage=stage).go(Until.END)
    same(step / "calls.txt", "".join(f"{call}\n" for call in calls.made), update)
    rows = [f"{table.name} {row}\n" for table in model.tables for row in contents_of(table, plan, address)]
    same(step / "rows.txt", "".join(rows), update)


def contents_of(table: Table, plan: Plan, address) -> list[str]:
    rows = [
        {name: value if name != "_loaded_at" else "now" for name, value in row.items()}
        for row in rig.rows_of(plan, address, table.schema, table.name)
    ]
    return sorted(json.dumps(row, ensure_ascii=False, default=str) for row in rows)


class Calls:
    """A real warehouse and a real source, with a note of what was asked of them."""

    def __init__(self, warehouse, source) -> None:
        self.warehouse, self.source, self.made = warehouse, source, []

    @contextmanager
    def transaction(self):
        self.made.append("begin")
        with self.warehouse.transaction():
            yield
        self.made.append("commit")

    def execute(self, statement, binds=()):
        self._made(f"  {statement.path}", binds)
        return self.warehouse.execute(statement, binds)

    def aside(self, statement, binds=()):
        self._made(f"  aside {statement.path}", binds)
        return self.warehouse.aside(statement, binds)

    def _made(self, call: str, binds) -> None:
        shown = [bind if len(str(bind)) < 64 else "..." for bind in binds]
        self.made.append(call + (f" {shown}" if binds else ""))

    def load(self, statement, rows):
        self.made += [f"  {statement.path} {list(row)}" for row in rows]
        self.warehouse.load(statement, rows)

    def acknowledge(self, positions):
        self.made += [f"acknowledge {at.topic}[{at.number}] up to {offset}" for at, offset in positions.items()]

    def __getattr__(self, name: str):
        return getattr(self.source, name)


@contextmanager
def staged(plan: Plan, address, calls: Calls):
    """The plan's stage, with a note of what lies in S3."""
    if plan.staging is None:
        yield INSERTING
    else:
        with opened_bucket(plan.staging, address.environment()) as bucket:
            yield Copying(Files(bucket, calls), plan.connector, plan.staging.files, lambda: "batch")


class Files:
    """A real bucket, with a note of what is written and removed."""

    def __init__(self, bucket, calls: Calls) -> None:
        self.bucket, self.calls = bucket, calls

    def put(self, key: str, body: bytes) -> None:
        self.calls.made.append(f"  put {self.bucket.address(key)}")
        text = gzip.decompress(body) if key.endswith(".gz") else re.sub(rb'_length":[0-9]+', b'_length":...', body)
        self.calls.made += [f"    {line}" for line in text.decode().removesuffix("\n").split("\n")]
        self.bucket.put(key, body)

    def remove(self, keys) -> None:
        self.calls.made += [f"remove {self.bucket.address(key)}" for key in keys]
        self.bucket.remove(keys)

    def __getattr__(self, name: str):
        return getattr(self.bucket, name)


def applies(folder: Path, outcome: Compiled, address) -> None:
    """The truths that need a warehouse: the plan applies, the catalog equals the model, and then nothing is left."""
    plan = load(folder)
    hazards = {hazard.code for statement in statements(plan) for hazard in statement.hazards}
    rig.apply_plan(plan, address, *hazards)
    assert rig.apply_plan(plan, address).versions == ()
    assert catalog.live(plan, address, outcome.model.schemas) == catalog.wanted(outcome.model)


def outcome_of(step: Path, previous: Previous) -> Compiled | str:
    try:
        return compiled(step, previous)
    except CompileError as error:
        text = show(error, Format.TEXT, {"spec.yaml": (step / "spec.yaml").read_text(encoding="utf-8")})
        return text.replace(f"{step}/", "") + "\n"


def always(step: Path, previous: Previous, outcome: Compiled) -> None:
    """The truths that need no warehouse: the same input gives the same bytes, and nothing changes between equals."""
    assert compiled(step, previous, strict=True).files == outcome.files
    assert diff(outcome.model, outcome.model) == ()
    assert [*unread(statements(outcome.plan))] == []


def same(path: Path, text: str, update: bool) -> None:  # noqa: FBT001 - a pytest option
    if update:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def same_folder(expected: Path, found: Path, update: bool) -> None:  # noqa: FBT001 - a pytest option
    if update:
        shutil.rmtree(expected, ignore_errors=True)
        shutil.copytree(found, expected)
    assert contents(expected) == contents(found)


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in sorted(files)}
