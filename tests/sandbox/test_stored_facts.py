"""The facts that no statement's text shows and that are left to the sandbox: it refuses each of them."""

from __future__ import annotations

import pytest
from streamplan.compiler.rule_list import LEFT

MERGE = "MERGE INTO t USING u ON t.a = u.a "
WIDEN = "ALTER TABLE t ALTER COLUMN b TYPE VARCHAR(9)"
# fact -> what comes before, what is refused, and with which SQLSTATE
REFUSED = {
    "RS-110": (
        ("INSERT INTO t VALUES (1, 'x')", "INSERT INTO u VALUES (1), (1)"),
        f"{MERGE} WHEN MATCHED THEN UPDATE SET b = 'y' WHEN NOT MATCHED THEN INSERT (a) VALUES (u.a)",
        "21000",
    ),
    "RS-111": ((), f"{MERGE} REMOVE DUPLICATES", "0A000"),
    "RS-307": (("ALTER TABLE t ALTER COLUMN b ENCODE runlength",), WIDEN, "0A000"),
    "RS-308": ((), WIDEN.replace("9", "5"), "0A000"),
    "RS-310": (("ALTER TABLE t ALTER DISTKEY a",), "ALTER TABLE t DROP COLUMN a", "0A000"),
    "RS-405": (("ALTER TABLE t ADD COLUMN c CHAR(4)",), "INSERT INTO t (c) VALUES ('é')", "22021"),
}


def test_every_fact_that_is_left_to_the_sandbox_is_tried():
    assert [fact.code for fact in LEFT if fact.judge == "sandbox"] == list(REFUSED)


@pytest.mark.parametrize("fact", REFUSED)
def test_a_fact_that_is_left_to_the_sandbox_is_refused_by_it(session, fact):
    before, refused, sqlstate = REFUSED[fact]
    session("CREATE TABLE t (a INT, b VARCHAR(5))")
    session("CREATE TABLE u (a INT)")
    for statement in before:
        session(statement)

    assert session.refused(refused)["C"] == sqlstate
