"""The hazards: which change has which, in which words, and the page of each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from streamplan.compiler.change import (
    AddColumn,
    Change,
    CreateSchema,
    CreateTable,
    CreateView,
    DropView,
    GivePrivileges,
    LeaveRole,
    SetComment,
    SetDistribution,
    SetEncoding,
    SetSortKey,
    TakePrivileges,
    WidenColumn,
)
from streamplan.compiler.codes import CODES
from streamplan.compiler.errordoc import explained
from streamplan.compiler.hazard import hazards_of
from streamplan.compiler.migration import migration
from streamplan.compiler.model import (
    Column,
    ColumnType,
    Distribution,
    Grant,
    Grantee,
    GranteeKind,
    LatestView,
    Member,
    Privilege,
    Securable,
    SecurableKind,
    Table,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (DOCS / "hazards").glob("H*.md")}
INDEX = (DOCS / "hazards" / "README.md").read_text(encoding="utf-8")
HAZARDS = sorted(code for code in CODES if code.startswith("H"))


def note(bytes_: int, encoding: str = "") -> Column:
    return Column(name="note", type=ColumnType("VARCHAR", (bytes_,)), encoding=encoding, because="string")


def orders(**layout) -> Table:
    return Table(schema="shop", name="orders", columns=(note(400, "zstd"),), **layout)


def select(role: str) -> Grant:
    on = Securable(SecurableKind.TABLE, ("shop", "orders"))
    return Grant(on=on, to=Grantee(GranteeKind.ROLE, role), privileges=(Privilege.SELECT,), because="reads")


LATEST = LatestView(
    schema="shop",
    name="orders_latest",
    table="orders",
    columns=("note",),
    key=("note",),
    place=("_topic_partition", "_topic_offset"),
    deleted="",
)

# each kind of change with what its hazards say
SAID: list[tuple[Change, dict[str, str]]] = [
    (
        DropView(LATEST),
        {
            "H604": 'the view "shop.orders_latest" is not there until it is made again, '
            "and views of others on it break",
        },
    ),
    (CreateSchema("shop"), {}),
    (CreateTable(orders()), {}),
    (AddColumn(orders(), note(400)), {}),
    (
        WidenColumn(orders(), note(200), note(400)),
        {
            "H601": 'widening "shop.orders"."note" from VARCHAR(200) to VARCHAR(400) runs outside a transaction '
            "and locks readers and writers of the table while it runs",
        },
    ),
    (
        SetDistribution(orders(distribution=Distribution("EVEN"))),
        {
            "H602": 'another distribution rewrites all rows of "shop.orders"',
            "H603": '"shop.orders" cannot be read or written while it is altered',
        },
    ),
    (
        SetSortKey(orders(sort_key=("customer_id",))),
        {
            "H602": 'another sort key rewrites all rows of "shop.orders"',
            "H603": '"shop.orders" cannot be read or written while it is altered',
        },
    ),
    (
        SetEncoding(orders(), note(400, "zstd")),
        {"H603": '"shop.orders" cannot be read or written while the encoding of "note" is altered'},
    ),
    (SetComment(orders(), None), {}),
    (SetComment(orders(), note(400)), {}),
    (CreateView(LATEST), {}),
    (TakePrivileges(select("finance")), {"H606": "finance may no longer SELECT on table shop.orders"}),
    (
        LeaveRole(Member("streamplan_deployer", "shop_deployer")),
        {"H606": "streamplan_deployer no longer has the privileges of shop_deployer"},
    ),
    (
        GivePrivileges(select("science")),
        {"H605": "science may SELECT on table shop.orders, which it could not before"},
    ),
]
HURTING = [change for change, said in SAID if said]


def kind(change: Change) -> str:
    return type(change).__name__


def test_every_hazard_has_its_page_and_every_page_its_hazard():
    assert sorted(PAGES) == HAZARDS


def test_every_hazard_stands_once_in_the_table_of_all_with_a_link_to_its_page():
    assert re.findall(r"^\| \[(H\d+)\]\((H\d+)\.md\) \|", INDEX, re.MULTILINE) == [(code, code) for code in HAZARDS]


@pytest.mark.parametrize("code", HAZARDS)
def test_a_page_has_a_title_a_statement_and_a_word_to_each_question(code):
    page = PAGES[code]
    assert page.startswith(f"# {code}: ")
    assert "```sql\n" in page
    bold = ["What it does", "How to judge it", "How to make it harmless", "How to allow it", "When apply is killed"]
    assert re.findall(r"^\*\*(.+?)\.\*\*", page, re.MULTILINE) == bold
    assert f"--allow {code}" in page


@pytest.mark.parametrize("code", HAZARDS)
def test_a_page_names_its_source_in_the_manual(code):
    assert "](https://docs.aws.amazon.com/redshift/latest/dg/" in PAGES[code]


@pytest.mark.parametrize("code", [*HAZARDS, "README"])
def test_every_link_of_a_page_leads_to_a_page(code):
    linked = re.findall(r"\]\((?!https:)([^)]+)\)", (DOCS / "hazards" / f"{code}.md").read_text(encoding="utf-8"))
    assert [name for name in linked if not (DOCS / "hazards" / name).exists()] == []


def test_every_kind_of_change_is_in_the_table_of_this_test():
    assert {type(change) for change, _ in SAID} == set(get_args(Change))


@pytest.mark.parametrize(("change", "said"), SAID, ids=[kind(change) for change, _ in SAID])
def test_a_change_has_the_hazards_that_the_table_says_in_these_words(change, said):
    assert {hazard.code: hazard.message for hazard in hazards_of(change)} == said


def test_every_hazard_is_one_of_some_change():
    assert sorted({code for _, said in SAID for code in said}) == HAZARDS


@pytest.mark.parametrize("change", HURTING, ids=kind)
def test_a_statement_carries_the_hazards_of_its_change(change):
    (statement,) = migration(2, [change]).statements
    assert statement.hazards == hazards_of(change)


@pytest.mark.parametrize("change", HURTING, ids=kind)
def test_a_page_shows_the_statement_as_it_is_printed(change):
    (statement,) = migration(2, [change]).statements
    assert any(f"```sql\n{statement.sql}```" in PAGES[hazard.code] for hazard in hazards_of(change))


@pytest.mark.parametrize("code", HAZARDS)
def test_the_explanation_of_a_hazard_names_its_page(code):
    assert f"docs/hazards/{code}.md" in explained(code)
