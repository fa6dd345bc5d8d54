"""A compile keeps what has not changed, and gives the bytes of a full compile, whatever happened in between."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest
from generated import World, bounded, histories
from hypothesis import given
from streamplan.compiler import recompile, seen, untouched
from streamplan.compiler.api import Compiled, compile_files
from streamplan.compiler.diagnostic import CompileError
from streamplan.compiler.emit import write
from streamplan.compiler.recompile import Recompile
from streamplan.compiler.untouched import Remembered
from streamplan.runtime.errors import PlanError

GOLDEN = Path(__file__).parents[2] / "golden"


def again(spec: Path, out: Path, cache: Path) -> Compiled | None:
    """Compiles as the command does; None where nothing was touched."""
    before = Remembered(spec, out, {"XDG_CACHE_HOME": str(cache)})
    if before.version:
        before.renew()
        return None
    work = Recompile(spec, out, before, strict=False)
    result = work.compiled()
    put(result, out)
    work.remember(result)
    return result


def wholly(spec: Path, out: Path) -> None:
    """Compiles all of it, without a memory."""
    put(compile_files(spec, out), out)


def put(result: Compiled, out: Path) -> None:
    if not result.unchanged:
        write(result.files, result.sums, result.before, out)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def laid_out(world: World, folder: Path) -> Path:
    """The world's spec and observed schemas as files."""
    spec, observed = folder / "spec.yaml", folder / "observed"
    spec.write_text(world.source.text, encoding="utf-8")
    shutil.rmtree(observed, ignore_errors=True)
    observed.mkdir()
    for number, topic in enumerate(world.observed.topics):
        (observed / f"{number}.json").write_bytes(msgspec.json.encode(topic))
    return spec


def refused(compile_: object, *args: Path) -> list[tuple[str, str]]:
    """What a compile is refused for, none when it is done."""
    try:
        compile_(*args)
    except CompileError as error:
        return [(problem.code, problem.message) for problem in error.diagnostics]
    return []


@bounded(25)
@given(history=histories())
def test_compiling_again_gives_the_bytes_of_a_full_compile_after_any_edits(history, tmp_path_factory):
    folder = tmp_path_factory.mktemp("again")
    for world in history:
        spec = laid_out(world, folder)
        whole = refused(wholly, spec, folder / "whole")
        assert refused(again, spec, folder / "kept", folder / "cache") == whole
        assert contents(folder / "kept") == contents(folder / "whole")


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, Path, Path]:
    """The museum's spec with its observed schemas, compiled once: spec, plan, cache."""
    shutil.copytree(GOLDEN / "museum" / "01_create", tmp_path / "museum", ignore=shutil.ignore_patterns("plan"))
    made = tmp_path / "museum" / "spec.yaml", tmp_path / "plan", tmp_path / "cache"
    for path in (tmp_path / "museum").rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert again(*made) is not None
    return made


def test_nothing_is_read_when_nothing_was_touched(project):
    assert again(*project) is None


def test_a_file_of_the_plan_that_was_edited_is_not_taken_for_untouched(project):
    spec, plan, cache = project
    path = next(plan.rglob("merge.sql"))
    path.write_text(path.read_text() + "\n")
    with pytest.raises(PlanError, match="edited"):
        again(spec, plan, cache)


def test_a_file_that_was_only_touched_is_compared_by_its_bytes(project):
    spec, plan, cache = project
    os.utime(next(plan.rglob("merge.sql")), (1, 1))
    assert again(spec, plan, cache) is None


def test_a_file_that_was_compared_by_its_bytes_is_known_by_its_look_afterwards(project, monkeypatch):
    spec, plan, cache = project
    for path in (path for path in plan.rglob("*") if path.is_file()):
        os.utime(path, (1, 1))
    read = []
    assert again(spec, plan, cache) is None
    monkeypatch.setattr(untouched, "digest_of", lambda path, of=untouched.digest_of: read.append(path) or of(path))
    assert again(spec, plan, cache) is None
    assert sorted(read) == sorted([spec, plan / "plan.sum"])


def test_a_spec_that_was_not_edited_is_not_parsed_again(project, monkeypatch):
    spec, plan, cache = project
    path = min((spec.parent / "observed").glob("*.json"))
    path.write_text(path.read_text().replace("{", "{ ", 1))
    monkeypatch.setattr(recompile, "read_source", None)
    assert again(spec, plan, cache) is not None


def test_a_problem_of_a_spec_that_was_not_edited_shows_the_name_that_it_is_called_by_now(project, monkeypatch):
    spec, plan, cache = project
    path = spec.parent / "observed" / "museum.public.select.json"
    path.write_text(path.read_text().replace('"Note"', '"Remark"'))
    monkeypatch.chdir(spec.parent)
    with pytest.raises(CompileError) as error:
        again(Path(spec.name), plan, cache)
    assert "spec.yaml" in {problem.span.path for problem in error.value.diagnostics}


def test_one_table_is_made_anew_when_one_schema_changes(project, monkeypatch):
    spec, plan, cache = project
    made = []
    monkeypatch.setattr(seen.Seen, "read", lambda self, read=seen.Seen.read: made.append(self.topic) or read(self))
    path = min((spec.parent / "observed").glob("*.json"))
    path.write_text(path.read_text().replace("{", "{ ", 1))
    assert again(spec, plan, cache) is not None
    assert len(made) == 1


def test_a_memory_of_another_compiler_is_none(project, monkeypatch):
    spec, plan, cache = project
    monkeypatch.setattr("streamplan.compiler.cache.compiler_digest", lambda: "another")
    assert again(spec, plan, cache) is not None


def test_a_broken_memory_is_none(project):
    spec, plan, cache = project
    for path in (cache / "streamplan").iterdir():
        path.write_bytes(b"\x00not a memory")
    result = again(spec, plan, cache)
    assert result is not None
    assert result.unchanged


def test_a_cache_folder_that_cannot_be_written_to_is_no_matter(project, tmp_path):
    spec, plan, _ = project
    (tmp_path / "file").write_text("in the way")
    assert again(spec, plan, tmp_path / "file") is not None


def test_a_plan_of_another_folder_is_not_remembered(project, tmp_path):
    spec, plan, cache = project
    result = again(spec, tmp_path / "another", cache)
    assert result is not None
    assert contents(tmp_path / "another") == contents(plan)
