"""Several runs of one plan that evolve at once: the first that keeps a version makes it for all."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import rig
from streamplan.runtime.drift import Added, Drift
from streamplan.runtime.errors import StopError, WarehouseError
from streamplan.runtime.evolve import Evolving
from streamplan.runtime.migrate import advance, apply
from streamplan.runtime.modes import Policy
from streamplan.runtime.versions import Evolved, keep
from test_evolution_edges import OLD, STRING, event, people, records, rows, sized, write

CITY = event(1, {"id": 1, "name": "b", "city": "Bern"}, OLD | {"city": STRING})
STREET = event(2, {"id": 2, "name": "c", "street": "Gasse"}, OLD | {"street": STRING})


class Meanwhile:
    """A warehouse in which something else happens right before its nth lock of the history is taken."""

    def __init__(self, warehouse, act, nth: int = 1) -> None:
        self.warehouse, self.act, self.left = warehouse, act, nth

    def execute(self, statement, binds=()):
        if statement.path.endswith("history/lock.sql"):
            self.left -= 1
            if self.left == 0:
                self.act()
        return self.warehouse.execute(statement, binds)

    def __getattr__(self, name: str):
        return getattr(self.warehouse, name)


@contextmanager
def begun(of, around=lambda warehouse: warehouse):
    """A run that has begun, and may evolve."""
    with rig.warehouse_of(of.plan, of.loader) as one, Evolving(of.out, of.plan, of.spec, around(one)) as run:
        run.begin()
        yield run


def drift(name: str) -> Drift:
    return Drift((Added(name),), Policy.AUTO)


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_two_runs_that_evolve_at_once_make_one_version_after_the_other(nth, tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    (city,), (street,) = records(tmp_path, [CITY]), records(tmp_path, [STREET])
    with begun(of) as other:
        found = []

        def act() -> None:
            found.append(other.drifted(city, drift("city")))

        with begun(of, lambda one: Meanwhile(one, act, nth)) as slow:
            mine = slow.drifted(street, drift("street"))
        assert len(found) == 1
        assert {mine.version, found[0].version} == {2, 3}
    assert of.run(write(tmp_path / "e.jsonl", [CITY, STREET])).held == []
    assert rows(of) == [
        {"id": 1, "name": "b", "city": "Bern", "street": None},
        {"id": 2, "name": "c", "city": None, "street": "Gasse"},
    ]
    assert of.pull() == [2, 3]


def test_a_run_that_takes_a_version_over_while_the_next_one_is_made_takes_that_too(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    zip_code = event(3, {"id": 3, "name": "d", "zip": "3000"}, OLD | {"zip": STRING})
    (city,), (street,), (zipped,) = (records(tmp_path, [line]) for line in (CITY, STREET, zip_code))
    with begun(of) as other:

        def act() -> None:
            other.drifted(city, drift("city"))
            other.drifted(zipped, drift("zip"))

        with begun(of, lambda one: Meanwhile(one, act)) as slow:
            assert slow.drifted(street, drift("street")).version == 4
    assert of.pull() == [2, 3, 4]


def test_a_version_that_was_kept_by_a_run_that_then_died_is_made_by_the_next(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    (city,), (street,) = records(tmp_path, [CITY]), records(tmp_path, [STREET])

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), begun(of, lambda one: Meanwhile(one, die, 2)) as dead:
        dead.drifted(city, drift("city"))
    with begun(of) as run:
        assert run.drifted(street, drift("street")).version == 3
    assert of.pull() == [2, 3]


def test_what_is_kept_and_cannot_be_made_any_more_is_passed_over(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    (street,) = records(tmp_path, [STREET])
    with rig.warehouse_of(of.plan, of.loader) as one:
        keep(of.plan, one, Evolved(version=2, plan_id="0" * 64, texts={}))
    with begun(of) as run:
        assert run.drifted(street, drift("street")).version == 2


def test_a_statement_that_another_apply_has_done_in_the_same_moment_is_done(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    longer = event(1, {"id": 1, "name": "x" * 20}, OLD | {"name": sized(20)})
    rig.observe_file(of.spec, write(tmp_path / "e.jsonl", [longer]), ("*",))
    plan = rig.compile_plan(of.spec, of.out)
    with rig.warehouse_of(plan, of.loader) as one:
        advance(plan, Refusing(one), frozenset({"H601"}), lambda _: None)
    assert rows(of) == []
    with rig.warehouse_of(plan, of.address) as one:
        assert apply(plan, one, frozenset(), lambda _: None).statements == ()


class Refusing:
    """A warehouse in which another apply is always faster: a statement that stands alone is done, and refused."""

    def __init__(self, warehouse) -> None:
        self.warehouse = warehouse

    def alone(self, statement):
        found = self.warehouse.alone(statement)
        if "ALTER" in statement.sql:
            raise StopError("X955", "its size should be different")
        return found

    def __getattr__(self, name: str):
        return getattr(self.warehouse, name)


def test_a_statement_that_is_refused_and_not_done_is_an_error(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    longer = event(1, {"id": 1, "name": "x" * 20}, OLD | {"name": sized(20)})
    rig.observe_file(of.spec, write(tmp_path / "e.jsonl", [longer]), ("*",))
    plan = rig.compile_plan(of.spec, of.out)

    class Never(Refusing):
        def alone(self, statement):
            if "ALTER" in statement.sql:
                raise WarehouseError("X954", "no")
            return self.warehouse.alone(statement)

    with rig.warehouse_of(plan, of.loader) as one, pytest.raises(WarehouseError):
        advance(plan, Never(one), frozenset({"H601"}), lambda _: None)


def test_runs_that_evolve_again_and_again_at_once_follow_each_other(tmp_path, warehouse):
    of = people(tmp_path, warehouse, "auto")
    names = [f"field{number}" for number in range(6)]
    lines = [
        event(at, {"id": at, "name": "n", name: "v"}, OLD | {name: STRING}) for at, name in enumerate(names, start=1)
    ]
    each = records(tmp_path, lines)
    with begun(of) as other:
        turn = iter(range(1, len(names), 2))

        def act() -> None:
            at = next(turn)
            other.drifted(each[at], drift(names[at]))

        with rig.warehouse_of(of.plan, of.loader) as one:
            between = Meanwhile(one, act, 0)
            with Evolving(of.out, of.plan, of.spec, between) as slow:
                slow.begin()
                for at in range(0, len(names), 2):
                    between.left = 1
                    slow.drifted(each[at], drift(names[at]))
    assert of.run(write(tmp_path / "e.jsonl", lines)).held == []
    assert of.pull() == [2, 3, 4, 5, 6, 7]
