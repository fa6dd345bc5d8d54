"""Every code and every rule explained: what it means, why it is so, and what to do, for `explain` and docs/errors.md.

**It holds no facts of its own: codes come from `codes`, rules from `rule_list`.**
"""

from __future__ import annotations

from dataclasses import dataclass

from .codes import CODES
from .rule_list import LEFT, RULES, Judge, Left, Rule

_PAGE = "https://docs.aws.amazon.com/redshift/latest/dg/{}.html"


@dataclass(frozen=True, slots=True)
class _Family:
    """Codes that begin alike: what they are about, why they are errors, and what to do unless the code says more."""

    title: str
    why: str
    do: str


# A code belongs to the longest beginning that it has.
_FAMILIES = {
    "S": _Family(
        "The spec",
        "A plan is made from what the spec says and from nothing else, so nothing in it is guessed.",
        "Change the spec at the place that is named, and compile again.",
    ),
    "O": _Family(
        "Observed schemas",
        "Column types come from events that were seen, and those schemas are reviewed and committed like code.",
        "Observe events of the topic, review the file in observed/, commit it, and compile again.",
    ),
    "R": _Family(
        "Names and types",
        "A name or a type must stand in Redshift and lead back to one field, before anything is written.",
        "Say in the spec what the table, column or account shall be called, or which type it shall have.",
    ),
    "D": _Family(
        "Refused changes",
        "Rows that are loaded are kept: a plan changes a table only in ways that lose nothing.",
        "Leave the table as it is, or make a new one under another name and load it from the beginning.",
    ),
    "H": _Family(
        "Hazards",
        "The statement is right, and others may feel it; when it suits is not the compiler's to say.",
        "Read the statement, choose the time, and apply with --allow and the code.",
    ),
    "C": _Family(
        "The check of a plan",
        "A plan is proven before it is written, so that a fault of the compiler never reaches a warehouse.",
        "Report it with the spec and the observed schemas. Nothing was written.",
    ),
    "C71": _Family(
        "SQL written by hand",
        "lint judges files of SQL by the rules that a plan is judged by, and by more that only warn.",
        "Change the file at the place that is named, and lint it again.",
    ),
    "P": _Family(
        "The plan on disk",
        "What was reviewed is what runs: the plan's files, its version and the warehouse must fit together.",
        "Restore the plan's folder from version control, or compile it again, and see streamplan status.",
    ),
    "X90": _Family(
        "What a command needs",
        "A command checks what it needs before it begins, so that it does not stop half way.",
        "Give what is named, and run the command again.",
    ),
    "X91": _Family(
        "Sources of events",
        "Each record is taken once, in the order of its partition, so that the ledger's offsets can be trusted.",
        "Mend the source of the events, and run again: what was loaded is not loaded twice.",
    ),
    "X92": _Family(
        "Records in quarantine",
        "One record that cannot be stored must neither stop the others nor be lost, so it is kept with its reason.",
        "See it with streamplan quarantine show, mend the source or the plan, and replay it or drop it.",
    ),
    "X93": _Family(
        "Events that the plan does not decide",
        "The plan does not say what such an event would do to the table, and nothing is guessed.",
        "Decide it in the spec, compile and apply, and run again: the ledger remembers the place.",
    ),
    "X94": _Family(
        "Applying",
        "A pending statement locks a table or takes long, and someone must choose the time.",
        "Apply with --allow and the code when it suits.",
    ),
    "X95": _Family(
        "The warehouse",
        "A failure of the system is no fault of the data: the transaction is undone and nothing goes to quarantine.",
        "Mend what is named, and run again: a run goes on where the ledger stands.",
    ),
    "X98": _Family(
        "Staging over S3",
        "The rows of a batch lie in S3 until COPY has loaded exactly them; a failure there undoes the transaction.",
        "Mend what is named, and run again: nothing was written, and a run goes on where the ledger stands.",
    ),
    "X96": _Family(
        "Runs beside each other",
        "Two runs of one connector would load every record twice.",
        "Let one run do the work, and start no other until it has ended.",
    ),
    "X97": _Family(
        "Working off the quarantine",
        "Records come out of quarantine late, so that what came after them must not be lost or overwritten.",
        "See what the record holds with streamplan quarantine show, then decide: replay it, or drop it.",
    ),
    "B": _Family(
        "The sandbox",
        "The sandbox runs a PostgreSQL server of its own in a folder of its own.",
        "Mend what is named, and start the sandbox again.",
    ),
}
# codes that stand on a rule of Redshift
_RULES = {
    "R402": "RS-408",
    "R406": "RS-408",
    "R410": "RS-409",
    "R412": "RS-510",
    "R413": "RS-510",
    "R416": "RS-318",
    "R417": "RS-319",
    "D503": "RS-305",
    "D505": "RS-307",
    "H601": "RS-306",
}
_JUDGES = {
    Judge.SERVER: "Redshift refuses the statement.",
    Judge.PLAN: "Redshift takes the statement, and it does harm; a plan and lint refuse it.",
    Judge.LINT: "Redshift takes the statement, and it may hurt; lint warns of it.",
}
_LEFT_TO = {
    "sandbox": "The sandbox refuses it, as the warehouse does.",
    "driver": "The driver or the loader's use of it decides.",
    "loader": "Redshift takes it; the loader is made so that it does not happen.",
}
_HEAD = """# Errors

Every code that streamplan prints, and every rule of Amazon Redshift that it judges SQL by: what it means, why it is so,
and what to do. `streamplan explain CODE` says the same. This page is written from the code
(`compiler/errordoc.py`); a test compares the two.
"""
_RULES_HEAD = """## Rules of Redshift

`compile` judges every statement of a plan by them, the sandbox every statement that it is sent, and `lint` those in
files. The documentation of Redshift is their source; no statement was run on a Redshift to find them.
"""
_LEFT_HEAD = """## Facts that the text of a statement does not show

They are refused elsewhere, or do not come up.
"""


def explained(code: str) -> str | None:
    """What a code or a rule means, why, and what to do, for a terminal; None when there is none of that name."""
    found = _of_code(code) if code in CODES else _FACTS.get(code)
    if found is None:
        return None
    means, why, do = found
    return f"{code}: {means}\n  why: {why}\n  do:  {do}"


def errors_page() -> str:
    """The page docs/errors.md."""
    families = (_family_section(begins) for begins in sorted(_FAMILIES, key=_place))
    rules, left = (_fact_section(rule.code) for rule in RULES), (_fact_section(fact.code) for fact in LEFT)
    return "\n".join((_HEAD, *families, _RULES_HEAD, *rules, _LEFT_HEAD, *left))


def _place(begins: str) -> tuple[int, str]:
    """Families in the order of a user's work, which is that of their letters here."""
    return "SORDHCPXB".index(begins[0]), begins


def _family_section(begins: str) -> str:
    family = _FAMILIES[begins]
    head = f"## {begins}: {family.title}\n\n**Why:** {family.why}\n\n**What to do:** {family.do}\n"
    codes = (_code_section(code) for code in sorted(CODES) if _family(code) == begins)
    return "\n".join((head, *codes))


def _code_section(code: str) -> str:
    return f"### {code}\n\n{CODES[code]}{_rule_line(code)}{_page_line(code)}\n"


def _rule_line(code: str) -> str:
    rule = _RULES.get(code, "")
    return f" Redshift's rule is [{rule}](#{rule.lower()})." if rule else ""


def _page_line(code: str) -> str:
    """A hazard has a page of its own."""
    return f" More on [its page](hazards/{code}.md)." if code.startswith("H") else ""


def _fact_section(code: str) -> str:
    means, why, do = _FACTS[code]
    return f"### {code}\n\n{means}\n\n- **Why:** {why}\n- **What to do:** {do}\n"


def _family(code: str) -> str:
    return max((begins for begins in _FAMILIES if code.startswith(begins)), key=len)


def _of_code(code: str) -> tuple[str, str, str]:
    """What it means, why, and what to do."""
    family, rule = _FAMILIES[_family(code)], _RULES.get(code)
    why = f"{family.why} Redshift's rule is {rule}." if rule else family.why
    return CODES[code], why, f"{family.do} See docs/hazards/{code}.md." if code.startswith("H") else family.do


def _of_rule(rule: Rule) -> tuple[str, str, str]:
    why = f"{_JUDGES[rule.judge]} Source: {_source(rule.source)}."
    return rule.checks, why, _sentence(rule.help)


def _of_left(fact: Left) -> tuple[str, str, str]:
    why = f"The text of a statement does not show it. It depends on {fact.why}."
    return _sentence(f"it is left to others that {fact.checks}"), why, _LEFT_TO[fact.judge]


def _source(source: str) -> str:
    """A page of the manual with its address; other sources as they are."""
    return source if " " in source else f"{source}, {_PAGE.format(source)}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


_FACTS = {rule.code: _of_rule(rule) for rule in RULES} | {fact.code: _of_left(fact) for fact in LEFT}
