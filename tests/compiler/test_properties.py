"""What holds of every model, and of every plan that is compiled from a spec and its observed schemas.

Models and specs are drawn by `generated.py`. A plan that the compiler's own check refuses (C7xx) is always a failure:
the check finds faults of the compiler, never of the user.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import catalog
import msgspec
import pytest
import rig
from click.testing import CliRunner, Result
from generated import World, bounded, histories, later, models, worlds
from hypothesis import assume, event, given, reject
from hypothesis import strategies as st
from streamplan.compiler.api import Compiled, Previous, compile_connector, read_previous
from streamplan.compiler.canonical import from_json, to_json
from streamplan.compiler.diagnostic import CompileError
from streamplan.compiler.diff import diff
from streamplan.compiler.emit import write
from streamplan.compiler.migration import migration
from streamplan.compiler.model import EMPTY, Model
from streamplan.compiler.replay import differences, of_model, replayed
from streamplan.compiler.rules import Judge, Session, violations
from streamplan.compiler.second import unread
from streamplan.compiler.walk import statements
from streamplan.runtime.cli import cli
from streamplan.runtime.disk import load
from streamplan.runtime.plan import Migration, Plan
from streamplan.runtime.statement import Boundary, Statement

NOW = ("tables/", "access/", "ledger/", "quarantine/", "history/", "stage/")  # what a plan says of the present
few, many = bounded(18), bounded(50)
in_a_warehouse = bounded(6)


def compiled(world: World, previous: Previous) -> Compiled | None:
    """The next plan, None where it is refused; a fault that the compiler finds in itself is raised."""
    try:
        return compile_connector(world.source, world.observed, previous)
    except CompileError as error:
        codes = [diagnostic.code for diagnostic in error.diagnostics]
        if any(code.startswith("C") for code in codes):
            raise
        event(f"refused: {codes[0]}")
        return None


def step(world: World, folder: Path) -> Compiled | None:
    """Compiles against the plan in a folder and writes what changed, as the command does."""
    outcome = compiled(world, read_previous(folder))
    if outcome is not None and not outcome.unchanged:
        write(outcome.files, outcome.sums, outcome.before, folder)
    return outcome


@contextmanager
def a_folder():
    """A place for a plan that is not there yet."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "plan"


@contextmanager
def compiled_in_a_folder(world: World):
    """The first plan of a world that is not refused, written."""
    with a_folder() as folder:
        assume(step(world, folder) is not None)
        yield folder


def texts(folder: Path, *beginnings: str) -> dict[str, bytes]:
    """The files of a plan whose paths begin so."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name.startswith(beginnings or "")}


def refusals(plan: Plan) -> list[tuple[str, str]]:
    """What the rules of Redshift say against the statements of a plan."""
    return [(s.path, v.message) for s in statements(plan) for v in violations(s.sql, session_of(s))]


def session_of(statement: Statement) -> Session:
    return Session(in_transaction=statement.boundary is Boundary.TRANSACTION, judge=Judge.PLAN)


def migrated(before: Model, after: Model) -> Migration:
    """The migration from one model to another, where it is not refused."""
    try:
        return migration(2, diff(before, after))
    except CompileError:
        reject()


def apart(before: Model, after: Model, ddl: Migration) -> list[str]:
    """Where the statements of a migration lead elsewhere than to the model."""
    reached, wanted = replayed(before, (s.sql for s in ddl.statements)), of_model(after)
    reached.schemas.add(after.control)
    return [*differences(reached, wanted)]


@many
@given(models())
def test_nothing_changes_between_a_model_and_itself(model: Model):
    assert diff(model, replace(model)) == ()


@many
@given(models())
def test_a_model_is_read_back_from_its_json(model: Model):
    assert from_json(to_json(model)) == model


@many
@given(models())
def test_the_migration_from_nothing_gives_any_model(model: Model):
    assert apart(EMPTY, model, migrated(EMPTY, model)) == []


@many
@given(models().flatmap(lambda model: st.tuples(st.just(model), later(model))))
def test_the_migration_between_two_models_leads_from_one_to_the_other(pair: tuple[Model, Model]):
    ddl = migrated(*pair)
    assert apart(*pair, ddl) == []
    assert [v for s in ddl.statements for v in violations(s.sql, session_of(s))] == []


@few
@given(models(), models())
def test_two_models_of_no_kinship_are_migrated_or_refused_and_never_confused(one: Model, other: Model):
    assert apart(one, other, migrated(one, other)) == []


@few
@given(worlds())
def test_compiling_again_changes_no_byte_and_makes_no_version(world: World):
    with compiled_in_a_folder(world) as folder:
        before = texts(folder)
        again = compiled(world, read_previous(folder))
        assert (again.unchanged, again.head.version, again.changes) == (True, 1, ())
        assert step(world, folder) is not None
        assert texts(folder) == before


@few
@given(worlds())
def test_the_order_in_which_topics_are_read_changes_no_byte(world: World):
    turned = replace(world, topics=world.topics[::-1])
    with compiled_in_a_folder(world) as folder, a_folder() as other:
        assert step(turned, other) is not None
        assert texts(other) == texts(folder)


@few
@given(worlds())
def test_every_statement_of_a_plan_is_taken_by_redshift_and_read_by_sqlglot(world: World):
    with compiled_in_a_folder(world) as folder:
        plan = load(folder)
    assert refusals(plan) == []
    assert [*unread(statements(plan))] == []


@few
@given(worlds())
def test_no_two_statements_of_a_plan_are_one_file(world: World):
    outcome = compiled(world, Previous())
    assume(outcome is not None)
    written = [path for unit in outcome.units for path in unit.sums if not path.startswith("stage/")]
    written += [s.path for s in statements(outcome.head)]
    assert sorted(written) == sorted(set(written))


@few
@given(worlds())
def test_a_plan_is_read_back_from_disk_as_it_was_compiled(world: World):
    with a_folder() as folder:
        outcome = step(world, folder)
        assume(outcome is not None)
        found = read_previous(folder)
        assert load(folder) == outcome.plan
        assert (found.model, found.sums) == (outcome.model, outcome.sums)
        assert texts(folder).keys() == outcome.files.keys()


@few
@given(histories())
def test_any_way_to_a_spec_ends_in_the_plan_that_a_fresh_compile_gives(history: tuple[World, ...]):
    with a_folder() as folder, a_folder() as fresh:
        taken = [world for world in history if step(world, folder) is not None]
        assume(taken)
        event(f"versions: {load(folder).version}")
        assert step(taken[-1], fresh) is not None
        assert read_previous(folder).model == read_previous(fresh).model
        assert texts(folder, *NOW) == texts(fresh, *NOW)


@few
@given(histories())
def test_a_later_version_keeps_the_migrations_before_it_and_a_refused_one_keeps_everything(history: tuple[World, ...]):
    with a_folder() as folder:
        assume(step(history[0], folder) is not None)
        for world in history[1:]:
            before, plan = texts(folder), load(folder)
            outcome = step(world, folder)
            now = texts(folder)
            if outcome is None or outcome.unchanged:
                assert now == before
            else:
                assert {p: t for p, t in before.items() if p.startswith("migrations/")}.items() <= now.items()
                assert load(folder).ancestors == (*plan.ancestors, plan.id)
                assert refusals(load(folder)) == []


@few
@given(histories())
def test_what_the_first_table_of_each_shape_proves_the_proof_of_every_table_proves_too(history: tuple[World, ...]):
    with a_folder() as folder:
        for world in history:
            previous = read_previous(folder)
            outcome = step(world, folder)
            if outcome is not None:
                assert compile_connector(world.source, world.observed, previous, strict=True).sums == outcome.sums


@few
@given(histories())
def test_what_the_command_remembers_of_earlier_compiles_changes_no_byte(history: tuple[World, ...]):
    with a_folder() as folder, a_folder() as other:
        for world in history:
            put_down(world, other.parent)
            says = by_command(other)
            outcome = step(world, folder)
            assert says.exit_code == (outcome is None), says.output
            assert texts(other) == texts(folder)


def put_down(world: World, folder: Path) -> None:
    """The spec and its observed schemas as files; those that are no longer there are removed."""
    (folder / "spec.yaml").write_text(world.source.text, encoding="utf-8")
    shutil.rmtree(folder / "observed", ignore_errors=True)
    (folder / "observed").mkdir()
    for number, topic in enumerate(world.topics):
        (folder / "observed" / f"{number}.json").write_bytes(msgspec.json.encode(topic))


def by_command(plan: Path) -> Result:
    """Compiles the spec beside the plan as a user does, who keeps a cache."""
    environment = {"XDG_CACHE_HOME": str(plan.parent / "cache")}
    return CliRunner(env=environment).invoke(cli, ["compile", str(plan.parent / "spec.yaml"), "--out", str(plan)])


@pytest.fixture(scope="session")
def databases(sandbox):
    """Fresh, empty databases of one sandbox, as many as are asked for."""
    made = []

    def fresh():
        made.append(sandbox.create_database(f"drawn_{len(made)}"))
        return made[-1]

    yield fresh
    for address in made:
        sandbox.drop_database(address.database)


@in_a_warehouse
@given(history=histories(most=2))
def test_a_plan_that_is_applied_gives_the_catalog_of_its_model_and_then_has_nothing_to_do(databases, history):
    address = databases()
    with a_folder() as folder:
        for world in history:
            outcome = step(world, folder)
            if outcome is not None:
                applies(load(folder), outcome.model, address)


def applies(plan: Plan, model: Model, address) -> None:
    hazards = {hazard.code for statement in statements(plan) for hazard in statement.hazards}
    rig.apply_plan(plan, address, *hazards)
    assert rig.apply_plan(plan, address).versions == ()
    assert catalog.live(plan, address, model.schemas) == catalog.wanted(model)
