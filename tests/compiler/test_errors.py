"""The explanations of all codes and rules, and the page that is written from them."""

from __future__ import annotations

import re

import pytest
from streamplan.compiler.codes import CODES
from streamplan.compiler.errordoc import errors_page, explained
from streamplan.compiler.rule_list import LEFT, RULES
from streamplan.runtime.cli import run

NAMES = [*CODES, *(rule.code for rule in RULES), *(fact.code for fact in LEFT)]


def test_the_page_has_every_code_and_every_rule_once():
    lines = errors_page().splitlines()
    assert sorted(line.removeprefix("### ") for line in lines if line.startswith("### ")) == sorted(NAMES)


@pytest.mark.parametrize("code", NAMES)
def test_an_explanation_says_what_it_means_why_and_what_to_do(code):
    means, why, do = explained(code).splitlines()
    assert means.startswith(f"{code}: ")
    assert (why[:7], do[:7]) == ("  why: ", "  do:  ")
    assert all(part.endswith(".") and len(part.split()) > 4 for part in (means, why, do))


def test_an_explanation_of_a_rule_names_its_source_and_what_to_write_instead():
    assert explained("RS-305") == (
        "RS-305: Checks that ALTER COLUMN TYPE makes a VARCHAR and has no USING.\n"
        "  why: Redshift refuses the statement. Source: r_ALTER_TABLE, "
        "https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html.\n"
        "  do:  Add a column of the new type, UPDATE it, drop the old one and rename."
    )


def test_a_code_that_stands_on_a_rule_names_it():
    assert "Redshift's rule is RS-306." in explained("H601")


def test_every_link_to_a_rule_leads_to_it():
    page = errors_page()
    linked = set(re.findall(r"\[(RS-\d+)\]\(#(rs-\d+)\)", page))
    assert linked
    assert all(f"\n### {rule}\n" in page and rule.lower() == anchor for rule, anchor in linked)


def test_explain_takes_codes_and_rules_in_any_case(capsys):
    assert run(["explain", "rs-305"]) == run(["explain", "s203"]) == 0
    assert capsys.readouterr().out == f"{explained('RS-305')}\n{explained('S203')}\n"


def test_explain_of_what_is_no_code_says_so(capsys):
    assert run(["explain", "RS-999"]) == 64
    assert '"RS-999" is not a code of streamplan' in capsys.readouterr().err
