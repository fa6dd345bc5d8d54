"""`streamplan lint`: SQL written by hand, judged by the rules that a plan is judged by."""

from __future__ import annotations

import io
import json
import sys

import pytest
from streamplan.compiler.linting import Severity, lint
from streamplan.runtime.cli import run

WIDEN = "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(9);"


def found(text):
    """Code, line and column of each finding."""
    return [(it.diagnostic.code, it.diagnostic.span.line, it.diagnostic.span.column) for it in lint(text, "f.sql")]


@pytest.fixture
def linted(tmp_path, monkeypatch, capsys):
    """Runs the command on files of these texts and gives the exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run_on(*options, **texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.sql").write_bytes(text if isinstance(text, bytes) else text.encode())
        code = run(["lint", *(f"{name}.sql" for name in texts), *options])
        return code, capsys.readouterr()

    return run_on


def test_statements_are_judged_one_by_one_at_their_place_in_the_file():
    text = "-- a; comment\nSELECT ';' ;;\n\n  DELETE FROM t AS x;\nCREATE TABLE t (a INT, b JSONB)"
    assert found(text) == [("RS-202", 4, 17), ("RS-403", 5, 26)]


def test_a_file_of_nothing_has_nothing_wrong():
    assert [*found(""), *found("-- only this\n;/* and this */;")] == []


@pytest.mark.parametrize("begins", ["BEGIN", "BEGIN TRANSACTION", "start transaction", "/* now */ begin work"])
def test_what_must_stand_alone_is_refused_behind_a_begin(begins):
    assert found(f"{begins};\n{WIDEN}") == [("RS-306", 2, 1)]
    assert found(f"{begins};\nTRUNCATE t") == [("RS-334", 2, 1)]


@pytest.mark.parametrize("ends", ["COMMIT", "END", "ROLLBACK", "ABORT", "end work"])
def test_a_transaction_ends_where_it_is_ended(ends):
    assert found(f"BEGIN;\n{ends};\n{WIDEN}") == []


def test_a_statement_that_is_refused_ends_no_transaction():
    assert found(f"BEGIN;\nROLLBACK TO SAVEPOINT a;\n{WIDEN}") == [("RS-320", 2, 10), ("RS-306", 3, 1)]


def test_a_commit_in_a_string_or_a_comment_ends_no_transaction():
    assert found(f"BEGIN;\nSELECT 'COMMIT;' -- COMMIT;\n;\n{WIDEN}") == [("RS-306", 4, 1)]


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("SELECT 'open; SELECT 2", "unterminated quoted string"),
        ("/* open; SELECT 2", "unterminated /* comment"),
        ('DROP TABLE "t', "unterminated quoted identifier"),
    ],
)
def test_what_does_not_end_is_told_once_and_what_stands_before_it_is_judged(rest, message):
    findings = lint(f"SAVEPOINT a;\n{rest}", "f.sql")
    assert [(it.diagnostic.code, it.diagnostic.span.line) for it in findings] == [("RS-320", 1), ("C711", 2)]
    assert findings[1].diagnostic.message == message


def test_a_warning_is_told_only_of_a_statement_that_breaks_no_rule():
    findings = lint("CREATE TABLE t (a VARCHAR);\nCREATE TABLE t (a VARCHAR, b JSONB);", "f.sql")
    told = [(it.severity, it.diagnostic.code, it.diagnostic.span.line) for it in findings]
    assert told == [(Severity.WARNING, "RS-402", 1), (Severity.ERROR, "RS-403", 2)]


def test_the_exit_code_is_one_for_an_error_and_zero_for_warnings(linted):
    assert linted(a="SAVEPOINT a")[0] == 1
    assert linted(a="DROP TABLE t CASCADE")[0] == 0
    assert linted(a="SELECT 1")[0] == 0


def test_text_shows_the_line_the_place_and_the_help(linted):
    _, printed = linted(a="-- first\nDELETE FROM t AS x;\n", b="DROP TABLE t CASCADE")
    assert printed.out == (
        'a.sql:2:15: error RS-202: syntax error at or near "AS"\n'
        "    2 | DELETE FROM t AS x;\n"
        "      |               ^\n"
        "  help: name the table itself in the condition: DELETE FROM t USING s WHERE t.k = s.k\n"
        "b.sql:1:1: warning RS-333: CASCADE drops whatever depends on it\n"
        "    1 | DROP TABLE t CASCADE\n"
        "      | ^\n"
        "  help: drop what depends on it by name, so that nothing else goes with it\n"
    )
    assert printed.err == "files: 2, errors: 1, warnings: 1\n"


def test_json_and_github_tell_the_severity(linted):
    _, printed = linted("--format", "json", a="SAVEPOINT a; DROP TABLE t CASCADE")
    rows = json.loads(printed.out)
    assert [(row["severity"], row["code"], row["path"], row["column"]) for row in rows] == [
        ("error", "RS-320", "a.sql", 1),
        ("warning", "RS-333", "a.sql", 14),
    ]
    _, printed = linted("--format", "github", a="SAVEPOINT a; DROP TABLE t CASCADE")
    assert [line.split(",title=")[0] for line in printed.out.splitlines()] == [
        "::error file=a.sql,line=1,col=1",
        "::warning file=a.sql,line=1,col=14",
    ]


def test_json_of_nothing_wrong_is_an_empty_list(linted):
    assert json.loads(linted("--format", "json", a="SELECT 1")[1].out) == []


def test_a_dash_is_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"SAVEPOINT a")))
    assert run(["lint", "-"]) == 1
    assert capsys.readouterr().out.startswith("<stdin>:1:1: error RS-320")


def test_a_byte_order_mark_and_windows_line_ends_are_taken(linted):
    code, printed = linted(a=b"\xef\xbb\xbfSELECT 1;\r\nSAVEPOINT a;\r\n")
    assert (code, printed.out.splitlines()[0][:21]) == (1, "a.sql:2:1: error RS-3")
    assert "\\r" not in printed.out


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_judged(linted, tmp_path):
    (tmp_path / "folder").mkdir()
    code, printed = linted("folder", "absent.sql", a=b"SELECT \xff", b="SAVEPOINT a")
    assert code == 1
    assert [line for line in printed.out.splitlines() if "C710" in line] == [
        "a.sql: error C710: the file is not UTF-8: byte 8 cannot be read",
        "folder: error C710: the file cannot be read: Is a directory",
        "absent.sql: error C710: the file cannot be read: No such file or directory",
    ]
    assert "b.sql:1:1: error RS-320" in printed.out


@pytest.mark.parametrize(
    "text", ["COPY t FROM 's3://b/k' CREDENTIALS 'aws_secret_access_key=hush'", "CREATE USER u PASSWORD 'hush'"]
)
def test_a_line_that_may_hold_a_secret_is_not_shown(linted, text):
    for form in ("text", "json", "github"):
        _, printed = linted("--format", form, a=text)
        assert "RS-" in printed.out
        assert "hush" not in printed.out + printed.err


def test_its_help_has_examples(capsys):
    assert run(["lint", "--help"]) == 0
    assert "Examples:\n    streamplan lint" in capsys.readouterr().out


def test_it_needs_a_file(capsys):
    assert run(["lint"]) == 64
    assert "Missing argument" in capsys.readouterr().err
