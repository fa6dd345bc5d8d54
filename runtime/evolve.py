"""The one door to the compiler: what a run does when events have a shape that its plan does not know.

Under `review` their topic waits, and a proposal says what the next version would be. Under `auto` the next version is
compiled, applied by the loader's own account, and the run goes on with it. What the compiler refuses, or what may hurt
others, waits. **Nothing of the next version runs before the warehouse holds what it was made from.**
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Self

from .drift import Drift
from .errors import PlanError, StopError
from .happenings import Held
from .holding import held, stopped
from .migrate import advance, must_be_applied
from .modes import Policy
from .plan import Plan
from .ports import Record, Retry, Warehouse, once
from .refusing import hazardous, untaken, ways
from .versions import Evolved, keep, newer
from .waiting import Waiting

if TYPE_CHECKING:
    from streamplan.compiler.evolving import Bench, Compiled

ALLOWED = frozenset({"H601"})  # the hazards that need nobody: a VARCHAR is made longer


class Evolving:
    """Evolves the plan of one run; left at the end of the run, when what was learnt last is written.

    Proposals go to `proposed`, and nowhere where it is None. `prepared` fills in what a plan never holds.
    """

    def __init__(  # noqa: PLR0917 - a plan, its spec, and its neighbours
        self,
        folder: Path,
        plan: Plan,
        spec: Path | None,
        warehouse: Warehouse,
        proposed: Path | None = None,
        prepared: Callable[[Plan], Plan] = lambda plan: plan,
        retry: Retry = once,
    ) -> None:
        self._folder, self._plan, self._spec, self._warehouse = folder, plan, spec, warehouse
        self._prepared, self._retry = prepared, retry
        self._scratch = tempfile.TemporaryDirectory(prefix="streamplan-")
        self._bench: Bench | None = None
        self._held = Waiting(proposed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._held.finish(self._plan, self._opened)
        finally:
            self._scratch.cleanup()

    def begin(self) -> Plan:
        """The plan that the warehouse has: the one on disk, or one that runs made from it. Raises PlanError."""
        made = self._retry(self._begun)
        if made and self._spec is None:
            message = (
                f"a run made version {made[-1].version} of {self._plan.connector}, the plan is {self._plan.version}"
            )
            way = f"run: streamplan pull {self._folder} --spec SPEC; or give run --spec SPEC"
            raise PlanError("P813", message, help=way)
        if made:
            self._plan = caught_up(self._required(), made)
            self._advance()
        return self._prepared(self._plan)

    def drifted(self, record: Record, drift: Drift) -> Held | Plan:
        """The topic waits from this record on, or the run goes on with the next version.

        Raises StopError X931 where the plan says stop, X933 for auto without a spec, X902 without the compiler, X934
        for a spec that is broken; PlanError and WarehouseError as an apply does.
        """
        match drift.policy:
            case Policy.AUTO if self._spec is not None:
                refusal = self._evolved(record)
                return self._prepared(self._plan) if refusal == "" else self._hold(record, drift, refusal)
            case Policy.REVIEW:
                return self._hold(record, drift, "")
            case _:
                raise stopped(record, drift)

    def waiting(self, record: Record) -> None:
        """A later record of a topic that waits."""
        self._held.saw(record, self._plan, self._opened)

    def _hold(self, record: Record, drift: Drift, said: str) -> Held:
        waits = held(record, drift, said)
        self._held.hold(waits, record, self._plan, self._opened)
        return waits

    def _evolved(self, record: Record) -> str:
        """Brings run and warehouse to a version that takes the record, or says why it cannot be.

        What other runs have made meanwhile is taken over first.
        """
        bench = self._required()
        while True:
            if made := self._retry(lambda: newer(self._plan, self._warehouse)):  # another run was faster
                self._plan = caught_up(bench, made)
            elif refusal := self._made(bench, record):
                return refusal
            self._advance()
            if not untaken(self._plan, record):
                return ""

    def _made(self, bench: Bench, record: Record) -> str:
        """Makes the next version, or takes over what another run keeps for it; or says why it cannot be."""
        compiler = _compiler()
        try:
            if not bench.is_current:
                return "the spec or its observed schemas have changed since the plan: compile and apply them first"
            observed = bench.learnt(bench.observed, [record])
            made = bench.compiled(observed)
        except compiler.CompileError as error:
            return str(compiler.in_short(error))
        if refusal := _refused(made, record):
            return refusal
        evolved = Evolved(version=made.head.version, plan_id=made.plan.id, texts=bench.changed(observed))
        self._plan = self._kept(bench, evolved)
        return ""

    def _kept(self, bench: Bench, mine: Evolved) -> Plan:
        """The version as it is kept: this run's, or that of another, unless the spec does not give it any more."""
        stale: set[str] = set()
        while True:
            found = self._retry(lambda: keep(self._plan, self._warehouse, mine, stale))
            try:
                return caught_up(bench, (found,))
            except PlanError:
                if found.plan_id == mine.plan_id:
                    raise
                stale.add(found.plan_id)

    def _begun(self) -> tuple[Evolved, ...]:
        """The versions that runs made; none where the plan is what was applied. Raises PlanError P813."""
        made = newer(self._plan, self._warehouse)
        if made:
            return made
        try:
            must_be_applied(self._plan, self._warehouse)
        except PlanError:
            if not (made := newer(self._plan, self._warehouse)):  # not a run either that began one meanwhile
                raise
        return made

    def _advance(self) -> None:
        """Applies the plan, or the version that another run has begun behind it meanwhile."""
        while True:
            try:
                self._retry(lambda: advance(self._plan, self._warehouse, ALLOWED, lambda _: None))
            except PlanError as error:
                made = self._retry(lambda: newer(self._plan, self._warehouse)) if error.code == "P811" else ()
                if not made:
                    raise
                self._plan = caught_up(self._required(), made)
            else:
                return

    def _opened(self) -> Bench | None:
        """None where no spec was given."""
        if self._bench is None and self._spec is not None:
            self._bench = opened(self._spec, self._folder, Path(self._scratch.name) / "plan")
        return self._bench

    def _required(self) -> Bench:
        bench = self._opened()
        if bench is None:
            raise ValueError("only a spec can be compiled")
        return bench


def _refused(made: Compiled, record: Record) -> str:
    if made.unchanged:
        return "compiling what it teaches changes nothing"
    if untaken(made.plan, record):
        return "the next version would not take it either"
    paths = [statement.path for statement in hazardous(made.plan, ALLOWED)]
    return f"a person must allow the next version: {', '.join(paths)}" if paths else ""


def pull(folder: Path, plan: Plan, spec: Path, warehouse: Warehouse) -> tuple[Evolved, ...]:
    """Writes the versions that runs made into the plan's folder, and what they were made from beside the spec.

    Nothing is written unless each is, byte for byte, what the warehouse says. Raises PlanError P814, StopError.
    """
    made = newer(plan, warehouse)
    if made:
        with tempfile.TemporaryDirectory(prefix="streamplan-") as scratch:
            bench = opened(spec, folder, Path(scratch) / "plan")
            caught_up(bench, made)
            bench.deliver(folder)
    return made


def caught_up(bench: Bench, made: tuple[Evolved, ...]) -> Plan:
    """Compiles each version anew from what it was made from; raises PlanError P814 where it is not the same."""
    for one in made:
        observed = bench.with_texts(one.texts)
        try:
            found = bench.compiled(observed)
        except _compiler().CompileError as error:
            raise _other(one, _compiler().in_short(error)) from None
        if found.unchanged or (found.head.version, found.plan.id) != (one.version, one.plan_id):
            raise _other(one, "they give another one")
        bench.take(observed, found)
    return bench.plan


def _other(made: Evolved, why: str) -> PlanError:
    message = f"the spec and its observed schemas do not give version {made.version} that a run made from them: {why}"
    way = "restore spec, observed schemas and plan as the run had them, then: streamplan pull PLAN --spec SPEC"
    return PlanError("P814", message, help=way)


def opened(spec: Path, folder: Path, scratch: Path) -> Bench:
    """A bench with the spec and a copy of the plan; raises StopError X902, X934, PlanError, OSError."""
    compiler = _compiler()
    try:
        bench: Bench = compiler.Bench(spec, folder, scratch, ways, untaken)
    except compiler.CompileError as error:
        message = f"the spec cannot be compiled:\n{compiler.as_text(error)}"
        raise StopError("X934", message, help=f"run: streamplan compile {spec}") from None
    return bench


def _compiler() -> ModuleType:
    try:
        from streamplan.compiler import evolving  # noqa: PLC0415 - a loader's image may be without the compiler
    except ModuleNotFoundError as error:
        message = f"run --spec and pull need {error.name}, which is not installed"
        raise StopError("X902", message, help="pip install 'streamplan[compiler]'") from None
    return evolving
