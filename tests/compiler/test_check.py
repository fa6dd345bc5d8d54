"""The proof of a plan: the first golden plan, with one statement put wrong, is refused for what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from streamplan.compiler.api import Compiled, Previous, compile_connector
from streamplan.compiler.check import check
from streamplan.compiler.diagnostic import CompileError
from streamplan.compiler.model import EMPTY
from streamplan.compiler.observed import read_observed
from streamplan.compiler.source import read_source
from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Boundary

STEP = Path(__file__).parents[2] / "golden" / "orders" / "01_create"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile_connector(read_source(STEP / "spec.yaml", "spec.yaml"), read_observed(STEP / "observed"), Previous())


def with_table(plan: Plan, name: str, old: str, new: str) -> Plan:
    """The plan with a text of one of its table's statements replaced."""
    (program,) = plan.tables
    return replace(plan, tables=(replace(program, **{name: edited(getattr(program, name), old, new)}),))


def with_migration(plan: Plan, old: str, new: str) -> Plan:
    (version,) = plan.migrations
    (statement,) = version.statements
    return replace(plan, migrations=(replace(version, statements=(edited(statement, old, new),)),))


def edited(statement, old: str, new: str):
    assert old in statement.sql
    return replace(statement, sql=statement.sql.replace(old, new))


def found(plan: Plan, compiled: Compiled) -> list[tuple[str, str]]:
    """Codes and messages."""
    with pytest.raises(CompileError) as caught:
        check(plan, before=EMPTY, after=compiled.model)
    return [(problem.code, problem.message) for problem in caught.value.diagnostics]


def test_what_the_compiler_makes_is_proven(compiled):
    check(compiled.plan, before=EMPTY, after=compiled.model)


def test_a_plan_that_changes_no_table_is_proven_against_the_tables_that_are_there(compiled):
    check(replace(compiled.plan, version=2), before=compiled.model, after=compiled.model)


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("lock", "LOCK", "LOCK LOCK", ("C701", 'syntax error at or near ""shop""')),
        ("drop", ";", " 'open;", ("C701", "unterminated quoted string")),
        ("truncate", "DELETE FROM", "TRUNCATE", ("C702", "RS-334 TRUNCATE commits the transaction that it stands in")),
        ("delete", "USING", "AS o USING", ("C702", 'RS-202 syntax error at or near "AS"')),
        ("merge", "THEN UPDATE", "AND 1 = 1 THEN UPDATE", ("C702", 'RS-103 syntax error at or near "AND"')),
        ("load", '"note"', '"nota"', ("C704", "_streamplan_stage has no column nota")),
        ("merge", '  "note" =', '  "nota" =', ("C704", "shop.orders has no column nota")),
        ("merge", '= "_streamplan_stage"."note"', '= "orders"."note"', ("C704", "there is no column orders.note")),
        ("discard", '"_streamplan_op" <>', '"op" <>', ("C704", "there is no column op")),
    ],
)  # fmt: skip
def test_a_statement_put_wrong_is_found_out(compiled, name, old, new, problem):
    assert found(with_table(compiled.plan, name, old, new), compiled) == [problem]


def test_a_rule_is_broken_where_it_stands(compiled):
    plan = with_table(compiled.plan, "delete", "\nUSING", " AS o\nUSING")
    with pytest.raises(CompileError) as caught:
        check(plan, before=EMPTY, after=compiled.model)
    line = next(n for n, text in enumerate(plan.tables[0].delete.sql.split("\n"), 1) if " AS o" in text)
    (problem,) = caught.value.diagnostics
    assert str(problem.span) == f"tables/shop.orders/delete.sql:{line}:29"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "NUMERIC(12,2)",
            "NUMERIC(12,3)",
            "the DDL gives shop.orders column total as NUMERIC(12,3), the model has NUMERIC(12,2)",
        ),
        (
            '"id" BIGINT NOT NULL',
            '"id" BIGINT',
            "the DDL gives shop.orders column id as BIGINT, the model has BIGINT NOT NULL",
        ),
        ('"note"', '"nota"', "the DDL gives shop.orders column nota as VARCHAR(65535), the model has nothing"),
    ],
)
def test_the_ddl_must_give_the_model(compiled, old, new, says):
    code, message = found(with_migration(compiled.plan, old, new), compiled)[0]
    assert (code, message) == ("C703", says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "DISTSTYLE AUTO",
            "DISTSTYLE EVEN",
            "the DDL gives shop.orders distribution ('EVEN', ''), the model has ('AUTO', '')",
        ),
        ("SORTKEY AUTO", 'SORTKEY ("id")', "the DDL gives shop.orders sort_key ('id',), the model has None"),
        (
            "VARCHAR(65535)",
            "VARCHAR(65535) ENCODE zstd",
            "the DDL gives shop.orders column note as VARCHAR(65535) zstd, the model has VARCHAR(65535)",
        ),
    ],
)
def test_how_rows_are_stored_must_be_the_models(compiled, old, new, says):
    assert found(with_migration(compiled.plan, old, new), compiled) == [("C703", says)]


def test_a_statement_about_another_table_has_neither_its_names_nor_its_grants(compiled):
    assert sorted(found(with_table(compiled.plan, "lock", "orders", "other"), compiled)) == [
        ("C704", "there is no table shop.other"),
        ("C706", "needs DELETE or UPDATE on shop.other, which shop_loader is not given"),
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        (
            "shop_loader.table.delete_insert_select_update",
            "DELETE, ",
            "",
            ("C706", "needs DELETE on shop.orders, which shop_loader is not given"),
        ),
        (
            "shop_loader.schema.usage",
            "USAGE",
            "CREATE",
            ("C706", "needs USAGE on shop, which shop_loader is not given"),
        ),
        (
            "shop_loader.table.select",
            "SELECT",
            "SELECT, UPDATE",
            ("C706", "gives UPDATE on shop._streamplan_history, which no statement needs"),
        ),
    ],
)
def test_grants_that_do_not_cover_the_statements_or_cover_more_are_found_out(compiled, name, old, new, problem):
    grants = tuple(edited(s, old, new) if f".{name}.sql" in s.path else s for s in compiled.plan.grants)
    assert problem in found(replace(compiled.plan, grants=grants), compiled)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ('ALTER TABLE "shop"."orders" ADD COLUMN "x" INT', "relation shop.orders does not exist"),
        ('ALTER TABLE "shop"."orders" ALTER COLUMN "x" TYPE VARCHAR(9)', "relation shop.orders does not exist"),
        ('DROP TABLE "shop"."orders"', "DropTable is not a statement of a migration"),
    ],
)
def test_ddl_that_would_fail_is_found_out(compiled, sql, says):
    (version,) = compiled.plan.migrations
    statement = replace(version.statements[0], sql=sql, boundary=Boundary.ALONE)
    plan = replace(compiled.plan, migrations=(replace(version, statements=(statement,)),))
    assert found(plan, compiled) == [("C703", says)]


def test_a_table_made_twice_is_found_out(compiled):
    with pytest.raises(CompileError, match="already exists"):
        check(compiled.plan, before=compiled.model, after=compiled.model)


def test_a_table_that_no_model_asks_for_is_found_out(compiled):
    (version,) = compiled.plan.migrations
    extra = edited(version.statements[0], '"orders"', '"spare"')
    plan = replace(compiled.plan, migrations=(replace(version, statements=(*version.statements, extra)),))
    ((code, message),) = found(plan, compiled)
    assert (code, message) == ("C703", "the DDL gives shop.spare, the model has none")


def test_a_widening_must_stand_alone(compiled):
    (version,) = compiled.plan.migrations
    widen = replace(version.statements[0], sql='ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(65535)')
    plan = replace(compiled.plan, migrations=(replace(version, statements=(*version.statements, widen)),))
    assert [code for code, _ in found(plan, compiled)] == ["C702"]


def test_every_statement_put_wrong_is_reported_at_once(compiled):
    plan = with_table(with_table(compiled.plan, "lock", "LOCK", "LOCK LOCK"), "drop", "DROP", "DROP DROP")
    assert len(found(with_table(plan, "delete", "USING", "AS o USING"), compiled)) == 2
