"""Proves a plan before it is written: Redshift takes every statement, the DDL gives the model, and every name exists.

What it finds is a fault of the compiler, not of the user. It changes nothing.
**A plan that leaves here is refused by no rule that we know.**
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator

from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Boundary, Statement
from streamplan.runtime.table_program import TableProgram

from .control import control_tables, evolution_table
from .diagnostic import CompileError, Diagnostic, Span
from .keeping import OPERATION, STAGE
from .model import Model
from .privileges import unproven
from .redshift import LOAD_ERROR_COLUMNS, STATEMENT_BYTES
from .replay import differences, of_model, replayed
from .resolution import Relations, unknown
from .rules import Judge, Session, violations
from .typebuild import UTF8_BYTES
from .walk import newest, statements

_REPORT = "this is a fault of streamplan: report it with the spec and the observed schemas"


def check(plan: Plan, before: Model, after: Model, *, whole: bool = True) -> None:
    """Raises CompileError with every C7xx. Of the migrations it proves the newest.

    Where the plan is not shown as a `whole`, a grant may be for a statement that is not shown.
    """
    plan = newest(plan)
    problems = [*_refused(plan)]
    problems += (
        []
        if problems
        else [*_replay(plan, before, after), *_names(plan, after), *_privileges(plan, after, whole=whole)]
    )
    if problems:
        raise CompileError(problems)


def oversized(plan: Plan) -> Iterator[Diagnostic]:
    """Statements that are longer than Redshift takes: the one rule that depends on how many things there are."""
    for statement in (statement for statement in statements(plan) if statement.sql):
        if len(statement.sql) * UTF8_BYTES > STATEMENT_BYTES and len(statement.sql.encode()) > STATEMENT_BYTES:
            message = f"RS-201 a statement has at most {STATEMENT_BYTES} bytes"
            yield Diagnostic(
                span=Span(statement.path), code="C702", message=message, help="use more than one connector"
            )


def _refused(plan: Plan) -> Iterator[Diagnostic]:
    for statement in statements(plan):
        inside = statement.boundary is Boundary.TRANSACTION
        for found in violations(statement.sql, Session(in_transaction=inside, judge=Judge.PLAN)):
            code = "C702" if found.rule else "C701"
            yield _problem(statement, code, f"{found.rule} {found.message}".strip(), found.position)


def _replay(plan: Plan, before: Model, after: Model) -> Iterator[Diagnostic]:
    ddl = next((m.statements for m in plan.migrations if m.version == plan.version), ())
    span, wanted = Span(f"migrations/{plan.version:04}"), of_model(after)
    try:
        reached = replayed(before, (statement.sql for statement in ddl))
    except ValueError as error:
        yield Diagnostic(span=span, code="C703", message=str(error), help=_REPORT)
        return
    reached.schemas.add(after.control)
    for message in differences(reached, wanted):
        yield Diagnostic(span=span, code="C703", message=message, help=_REPORT)


def _names(plan: Plan, after: Model) -> Iterator[Diagnostic]:
    tables = (*after.tables, *control_tables(after.control), evolution_table(after.control))
    known: dict[tuple[str, ...], frozenset[str]] = {
        (table.schema, table.name): frozenset(c.name for c in table.columns) for table in tables
    } | {("sys_load_error_detail",): LOAD_ERROR_COLUMNS}
    own = (plan.history, plan.ledger, plan.quarantine, plan.evolution)
    groups: list[tuple[object, Relations]] = [(group, known) for group in own]
    groups += [(program, ChainMap({(STAGE,): _staged(program)}, known)) for program in plan.tables]
    ddl = tuple(one for version in plan.migrations for one in version.statements if one.unless is None)
    groups += [(ddl, known)]
    for group, relations in groups:
        for statement in statements(group):
            for message, position in unknown(statement.sql, relations):
                yield _problem(statement, "C704", message, position)


def _privileges(plan: Plan, after: Model, *, whole: bool) -> Iterator[Diagnostic]:
    for path, message in unproven(plan, whole=whole) if after.roles else ():
        yield Diagnostic(span=Span(path), code="C706", message=message, help=_REPORT)


def _staged(program: TableProgram) -> frozenset[str]:
    return frozenset((*(field.column for field in program.fields), OPERATION))


def _problem(statement: Statement, code: str, message: str, position: int) -> Diagnostic:
    before = statement.sql[:position]
    span = Span(statement.path, before.count("\n") + 1, position - before.rfind("\n"))
    return Diagnostic(span=span, code=code, message=message, help=_REPORT)
