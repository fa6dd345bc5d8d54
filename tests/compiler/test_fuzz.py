"""Whatever a spec, an observed schema or a name holds: a plan or a diagnostic; no traceback, and no SQL of theirs.

Each input goes the way of the command: a spec's file with the folder `observed` beside it. What compiles is looked at
as an attacker would want it: every statement must still be the one statement that its template makes, with no word and
no name in it that is not the compiler's or the model's.
"""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from click.testing import CliRunner
from generated import DESTINATION, METADATA, bounded, yaml
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.api import Compiled, compile_files
from streamplan.compiler.codes import CODES
from streamplan.compiler.control import CONTROL_TABLES, control_tables
from streamplan.compiler.diagnostic import CompileError, Format, show
from streamplan.compiler.grammar import parse
from streamplan.compiler.lex import Token, TokenKind, fold, tokenize
from streamplan.compiler.loading import OPERATION, STAGE
from streamplan.compiler.migrating import PLACES, RANK
from streamplan.compiler.model import GranteeKind, Model, Privilege, SecurableKind
from streamplan.compiler.naming import unholdable
from streamplan.compiler.redshift import ENCODINGS, TYPES
from streamplan.compiler.second import unread
from streamplan.compiler.template import names as templates
from streamplan.compiler.walk import statements
from streamplan.runtime.cli import cli
from streamplan.runtime.errors import StreamplanError
from streamplan.runtime.plan import Plan
from streamplan.runtime.statement import Statement

pytestmark = pytest.mark.filterwarnings("ignore::ruamel.yaml.error.ReusedAnchorWarning")  # bug 15
TEMPLATES = Path(__file__).parents[2] / "compiler" / "templates"
# which statement each file of a plan holds, by the beginning of its path
HOLDS = {
    r"access/010_user\..*\.probe\.sql": "Select",
    r"access/010_user\.": "CreateUser",
    r"access/012_password\.": "AlterUser",
    r"access/014_group\..*\.probe\.sql": "Select",
    r"access/014_group\.": "CreateGroup",
    r"access/020_role\..*\.probe\.sql": "Select",
    r"access/020_role\.": "CreateRole",
    r"access/030_member\.": "GrantRole",
    r"access/040_grant\.": "Grant",
    r"history/010_create_schema\.sql": "CreateSchema",
    r"(history|ledger|quarantine)/0[12]0_create_table\.sql": "CreateTable",
    r"(history|quarantine)/lock\.sql|tables/.*/lock\.sql": "Lock",
    r"quarantine/remove\.sql": "Delete",
    r"(history/(read|seen)|ledger/(read|check)|quarantine/(count|list|read))\.sql": "Select",
    r"(history|ledger)/record\.sql|quarantine/insert\.sql": "Insert",
    r"migrations/0001/\d+_create_schema\.": "CreateSchema",
    r"migrations/0001/\d+_create_table\.": "CreateTable",
    r"migrations/0001/\d+_create_view\.": "CreateView",
    r"migrations/0001/\d+_set_comment\.": "Comment",
    r"stage/absent\.sql": "Select",
    r"stage/discard\.sql": "Delete",
    r"stage/drop\.sql": "DropTable",
    r"tables/.*/stage\.sql": "CreateTable",
    r"tables/.*/(load|append|rekey|carry|bury)\.sql": "Insert",
    r"tables/.*/(fill|standing)\.sql": "Update",
    r"tables/.*/outdated\.sql": "Delete",
    r"tables/.*/(delete|truncate)\.sql": "Delete|Update",
    r"tables/.*/merge\.sql": "Merge|Insert",
}
HOSTILE = (
    '"; DROP TABLE x; --',
    "'; DROP TABLE x; --",
    "\\'; DROP TABLE x; --",
    'a"b""c',
    "a'b\\",
    "-- comment",
    "/* open",
    "*/ close",
    "$$",
    "$tag$ text $tag$",
    "?",
    "$1",
    "{password}",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${HOME}",
    "../../etc/passwd",
    "con",
    ".",
    "a\nb",
    "a\r--\nb",
    "a\x00b",
    "\ud800",
    "\x1b[31mred",
    "\u2028DROP TABLE x",
    "\u202egnp.exe",
    "\ufeffbom",
    "\U0001f600",
    "İıſ",
    "e\u0301" * 40,
    "x" * 10_000,
    "ü" * 10_000,
    "%n%s%0A",
    "a,b:c",
    " ",
    "",
    "select",
    "oid",
    "_streamplan_stage",
    "pg_catalog",
    "PUBLIC",
    "public",
    "#x",
    "Dev",
    "shop_loader",
    "SHOP_DEPLOYER",
    "_streamplan_ledger",
    "a.b",
)
# what YAML makes more of than a text
RAW = (
    "&a [*a]",
    "&a {<<: *a}",
    "!!bool x",
    "{<<: {a: 1}}",
    "{<<: 1}",
    "!!binary aGk=",
    "!!omap [a: 1]",
    "!!set {a, b}",
    "!!timestamp 2020-01-01",
    "!!python/object/apply:os.system [echo]",
    "!other x",
    "!!int x",
    "!!float x",
    "!!null x",
    "2020-01-01",
    "2020-99-99",
    "2020-01-01T00:00:00+99:99",
    "12:30:45",
    "~",
    "null",
    ".inf",
    "-.inf",
    ".nan",
    "1e999",
    "0x1F",
    "0o17",
    "1_000",
    "-1",
    "0",
    "1.0",
    "9" * 400,
    "9" * 5000,
    "yes",
    "true",
    "[]",
    "{}",
    "[[[[[[]]]]]]",
    "[" * 200 + "]" * 200,
    "{? [a, b] : c}",
    "{1: a, '1': b}",
    "{null: a}",
    "{true: a}",
    "{2020-01-01: a}",
    "*nowhere",
    "'it''s'",
    '"\\x41\\t\\e"',
)
TORN = (
    "\n",
    "\t",
    "'",
    '"',
    "\\",
    "--",
    "/*",
    "*/",
    ";",
    ":",
    ": ",
    "- ",
    "#",
    "&a ",
    "*a",
    "|",
    ">",
    "%YAML 1.1\n",
)
TORN += (
    "{",
    "? ",
    "---\n",
    "...\n",
    "}",
    "[",
    "]",
    ",",
    "\r",
    "\x00",
    "\x07",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeff",
    *RAW[:16],
)


def texts(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(HOSTILE), st.text(alphabet, max_size=12), st.text("\"'\\;-/*$?{}%\n", max_size=8))


def values(text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Any value that JSON has."""
    numbers = st.one_of(st.integers(), st.integers(10**18, 10**40), st.floats())
    return st.recursive(
        st.one_of(st.none(), st.booleans(), numbers, text),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=3)),
        max_leaves=5,
    )


words = texts(st.characters())
names = st.one_of(
    st.sampled_from([name for name in HOSTILE if unholdable(name) is None and name not in ("pg_catalog", " ")]),
    st.text("\"'\\;-/*$?{}%. ", min_size=1, max_size=8).map(lambda text: f"n{text}"),
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12),
)
SPEC: dict[str, Any] = {
    "connector": "shop",
    "source": {"files": {"path": "events.jsonl", "topics": ["shop.*", "x"]}, "format": "debezium-json"},
    "destination": DESTINATION,
    "access": {
        "deployer": {"user": "deployer", "password": "${DEPLOYER_PASSWORD}"},
        "loader": {"user": "loader"},
        "readers": ["analysts"],
        "reader_groups": ["bi"],
    },
    "ingestion": {
        "truncates": "apply",
        "deletes": "soft",
        "schema_evolution": "review",
        "on_type_change": "new_column",
        "metadata_columns": {"op": "operation"},
        "hash_salt": "${SALT}",
        "batch": {"max_rows": 10, "max_bytes": "8 MiB", "max_seconds": 5},
    },
    "naming": {"schema": "raw_{source_schema}", "table": "{connector}_{source_table}"},
    "tables": {
        "log": {
            "topic": "shop.public.log",
            "mode": "insert",
            "primary_key": {"from": "record_value", "fields": ["id"]},
            "latest_view": "{table}_latest",
            "metadata_columns": ["deleted", "loaded_at"],
            "distribution": {"key": "id"},
            "sort_key": ["id", "note"],
            "comment": "Every change.",
            "columns": {
                "id": {"name": "number", "type": "BIGINT", "encoding": "zstd", "comment": "The key."},
                "note": {"length": 100, "too_long": "truncate"},
                "mail": {"hash": "sha256"},
                "gone": {"exclude": True},
            },
        }
    },
}
FIELDS = [
    {"field": "id", "type": "int64"},
    {"field": "note", "type": "string", "optional": True, "default": "x", "became": ["int64"]},
    {"field": "mail", "type": "string", "parameters": {"__debezium.source.column.length": "20"}, "vanished": True},
    {"field": "gone", "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": "2"}},
    {"field": "at", "type": "int64", "name": "io.debezium.time.MicroTimestamp", "was": ["int32"], "seen": {"int64": 3}},
]
OBSERVED: dict[str, Any] = {
    "topic": "shop.public.log",
    "schema": "public",
    "table": "log",
    "learnt": {"by": "samples", "samples": 3, "upto": {"0": 7}, "snapshot_only": False},
    "key": FIELDS[:1],
    "value": FIELDS,
    "key_became": [["id", "note"]],
}


# what is fed in


@st.composite
def put(draw, data: Any, others: st.SearchStrategy[Any]) -> Any:
    """The data with another value in one place, or another key."""
    if not isinstance(data, dict | list) or not data or draw(st.integers(0, 5)) == 0:
        return draw(others)
    place = draw(st.sampled_from(sorted(data) if isinstance(data, dict) else range(len(data))))
    if isinstance(data, list):
        return [draw(put(item, others)) if place == n else item for n, item in enumerate(data)]
    if draw(st.integers(0, 9)) == 0:
        return {draw(words) if name == place else name: item for name, item in data.items()}
    return {name: draw(put(item, others)) if name == place else item for name, item in data.items()}


@st.composite
def torn(draw, text: str, pieces: tuple[str, ...]) -> bytes:
    """A text from which pieces are cut, and into which others are put."""
    raw = text.encode()
    for _ in range(draw(st.integers(1, 3))):
        at, length = draw(st.integers(0, len(raw))), draw(st.sampled_from((0, 0, 1, 2, 5, 40)))
        piece = draw(st.one_of(st.sampled_from(pieces).map(str.encode), st.binary(max_size=4)))
        raw = raw[:at] + piece + raw[at + length :]
    return raw


def spec_text(data: Any) -> bytes:
    return yaml(data).encode()


@contextmanager
def given_files(spec: bytes, observed: bytes):
    """A spec with an observed schema beside it, and a place for the plan."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "observed").mkdir()
        (folder / "observed" / "log.json").write_bytes(observed)
        (folder / "spec.yaml").write_bytes(spec)
        yield folder


def outcome_of(spec: bytes, observed: bytes) -> Compiled | None:
    """What compiling gives: a plan that holds its quotes, or sound diagnostics."""
    with given_files(spec, observed) as folder:
        try:
            found = compile_files(folder / "spec.yaml", folder / "plan")
        except CompileError as error:
            sound(error, {str(folder / "spec.yaml"): spec.decode(errors="replace")})
            return None
    unbroken(found)
    return found


def sound(error: CompileError, sources: dict[str, str]) -> None:
    """Every diagnostic has a place, a code, and a message, and can be printed in each form."""
    for one in error.diagnostics:
        assert one.code in CODES
        assert not one.code.startswith("C"), one
        assert one.span.path
        assert one.message
    text, github = show(error, Format.TEXT, sources), show(error, Format.GITHUB, sources)
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert len(json.loads(show(error, Format.JSON, sources).encode())) == len(error.diagnostics)
    assert [line.startswith("::error file=") for line in github.split("\n")] == [True] * len(error.diagnostics)
    assert (text + github).encode()


# what must come out


def unbroken(found: Compiled) -> None:
    """No text of an input stands in a statement but inside its quotes or in a comment."""
    plan, model = found.plan, found.model
    known, said = names_in(plan, model), texts_in(plan, model)
    for path in found.sums:
        assert re.fullmatch(r"[A-Za-z0-9_.~-]+(/[A-Za-z0-9_.~-]+)*", path), path
        assert all(part.strip(".") and len(part) < 250 for part in path.split("/")), path
    for statement in statements(plan):
        assert type(parse(statement.sql)).__name__ in kind_of(statement).split("|")
        stray = [t.text for t in tokenize(statement.sql) if not expected(t, known, said)]
        assert stray == [], (statement.path, statement.sql)
        assert one_statement(statement.sql), statement.sql
    assert [*unread(statements(plan))] == []


def kind_of(statement: Statement) -> str:
    return next(kind for pattern, kind in HOLDS.items() if re.match(pattern, statement.path))


def expected(token: Token, known: set[str], said: set[str]) -> bool:
    """Whether a token is the compiler's own, or a name or a text that the model holds."""
    match token.kind:
        case TokenKind.QUOTED:
            return token.cased in known
        case TokenKind.STRING:
            return unquoted(token.text) in said
        case TokenKind.WORD:
            return token.text.lower() in vocabulary()
        case _:
            return True


def unquoted(text: str) -> str:
    """The value of a string, read anew: a doubled quote or backslash is one, and nothing else is special."""
    return re.sub(r"''|\\\\", lambda found: found[0][0], text[1:-1])


@cache
def vocabulary() -> frozenset[str]:
    """Every word that the templates and the closed lists of the compiler hold."""
    held = " ".join((TEMPLATES / f"{name}.sql").read_text() for name in templates())
    own = {*re.findall(r"[A-Za-z_]\w*", re.sub(r"\{\{.*?\}\}|\{%.*?%\}|--[^\n]*", " ", held))}
    own |= {word for kind in TYPES for word in kind.split()} | set(ENCODINGS)
    own |= {member.value for kind in (Privilege, SecurableKind, GranteeKind) for member in kind}
    own |= set("not null encode diststyle distkey sortkey compound auto even all key getdate interval epoch".split())
    own |= set("date timestamp true null json_parse to_varbyte char bool substring case when then else end".split())
    return frozenset(word.lower() for word in own)


def names_in(plan: Plan, model: Model) -> set[str]:
    """The names of all things of a plan."""
    found = {STAGE, OPERATION, PLACES, RANK, "moved", "moved_from", "moved_to", "there"}
    found |= {*CONTROL_TABLES, model.control, *model.schemas}
    found |= {*model.users, *model.groups, *model.roles, fold(plan.destination.database)}
    for table in (*model.tables, *control_tables(model.control)):
        found |= {table.name, *(column.name for column in table.columns)}
    return found | {view.name for view in model.views}


def texts_in(plan: Plan, model: Model) -> set[str]:
    """The values of all strings of a plan."""
    comments = {c.comment for table in model.tables for c in table.columns} | {table.comment for table in model.tables}
    own = {"d", "u", "k%", "m%", "n", "o%", "w", "w%"}
    own |= {"hex", "1970-01-01", "epoch", "1 second", "1 millisecond", "1 microsecond", "sha256|{password}"}
    return own | comments | {plan.connector, *model.users, *model.groups, *model.roles}


def one_statement(sql: str) -> bool:
    """Whether sqlglot, which shares no code with the compiler's own reader, sees one statement too."""
    kinds = [token.token_type.name for token in sqlglot.tokenize(sql, dialect="redshift")]
    return "SEMICOLON" not in kinds[:-1]


# the tests


@bounded(100)
@given(torn(yaml(SPEC), TORN))
def test_a_torn_spec_is_a_plan_or_a_diagnostic(spec: bytes):
    outcome_of(spec, json.dumps(OBSERVED).encode())


@bounded(100)
@given(put(SPEC, st.one_of(values(words), words)).map(spec_text))
def test_a_spec_with_any_value_in_any_place_is_a_plan_or_a_diagnostic(spec: bytes):
    outcome_of(spec, json.dumps(OBSERVED).encode())


@bounded(100)
@given(put(SPEC, st.just("RAW")).map(yaml), st.sampled_from(RAW))
def test_a_spec_with_any_oddity_of_yaml_in_any_place_is_a_plan_or_a_diagnostic(spec: str, raw: str):
    outcome_of(spec.replace('"RAW"', raw).encode(), json.dumps(OBSERVED).encode())


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: raw[:20])
def test_a_spec_that_is_nothing_but_an_oddity_of_yaml_is_a_diagnostic(raw: str):
    assert outcome_of(raw.encode(), json.dumps(OBSERVED).encode()) is None


@bounded(100)
@given(torn(json.dumps(OBSERVED), (*TORN, "NaN", "1e999", "null", "\\ud800", "\\u0000", "{}")))
def test_a_torn_observed_schema_is_a_plan_or_a_diagnostic(observed: bytes):
    outcome_of(spec_text(SPEC), observed)


@bounded(100)
@given(put(OBSERVED, values(texts(st.characters()))).map(json.dumps))
def test_an_observed_schema_with_any_value_in_any_place_is_a_plan_or_a_diagnostic(observed: str):
    outcome_of(spec_text(SPEC), observed.encode())


patterns = names.map(lambda name: re.sub(r"\{[^}]*\}", "", name) or "x")


@st.composite
def hostile(draw) -> tuple[bytes, bytes]:
    """A spec and a schema that are sound but for their names and texts."""
    fields = draw(st.lists(names, min_size=1, max_size=4, unique_by=fold))
    value = [{"field": name, "type": draw(st.sampled_from(("int64", "string", "struct")))} for name in fields]
    observed = {**OBSERVED, "topic": draw(words), "schema": draw(names), "table": draw(names)}
    observed |= {"key": value[:1], "value": value}
    columns = {name: {"comment": draw(words), **draw(renamed())} for name in fields if draw(st.booleans())}
    table: dict[str, Any] = {"topic": observed["topic"] or "x", "comment": draw(words), "columns": columns}
    table |= {
        "metadata_columns": {kind: f"m{draw(names)}" for kind in draw(st.sets(st.sampled_from(METADATA), max_size=2))}
    }
    table |= draw(
        st.sampled_from(({}, {"deletes": "soft"}, {"mode": "insert", "latest_view": draw(patterns) + "{table}"}))
    )
    accounts = {"loader": draw(names), "readers": [draw(names)], "reader_groups": [draw(names)]}
    spec = {
        "connector": "shop",
        "source": {"files": {"path": draw(words) or "x", "topics": ["*"]}},
        "destination": {**DESTINATION, "schema": draw(names), "database": draw(names)},
        "access": accounts,
        "naming": draw(st.fixed_dictionaries({}, optional={"schema": patterns, "table": patterns})),
        "tables": {draw(names): table},
    }
    return spec_text(spec), json.dumps(observed).encode()


def renamed() -> st.SearchStrategy[dict[str, str]]:
    return st.one_of(st.just({}), names.map(lambda name: {"name": name}))


@bounded(80)
@given(hostile())
def test_names_and_texts_of_any_kind_stay_in_their_quotes_or_are_refused(files: tuple[bytes, bytes]):
    outcome_of(*files)


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if name.isprintable() and name.strip()], ids=lambda n: n[:20]
)
def test_one_hostile_name_everywhere_stays_in_its_quotes_or_is_refused(name: str):
    value = [{"field": name, "type": "int64"}, {"field": "other", "type": "string"}]
    observed = {**OBSERVED, "schema": name, "table": name, "key": value[:1], "value": value}
    columns = {name: {"comment": name}, "other": {"name": f"{name[:20]} 2", "comment": name}}
    table = {"topic": "shop.public.log", "comment": name, "columns": columns, "mode": "insert", "latest_view": True}
    access = {
        "loader": {"user": f"l{name}", "password": "${P}"},
        "readers": [f"r{name}"],
        "reader_groups": [f"g{name}"],
    }
    spec = {**SPEC, "access": access, "naming": {}, "tables": {name: table}}
    found = outcome_of(spec_text(spec), json.dumps(observed).encode())
    assert found is None or fold(name) in {table.name for table in found.model.tables}


@bounded(40)
@given(torn(yaml(SPEC), TORN), torn(json.dumps(OBSERVED), TORN), st.sampled_from([*Format]), st.booleans())
def test_the_command_shows_no_traceback_whatever_it_reads(spec: bytes, observed: bytes, form: Format, one: bool):  # noqa: FBT001
    whole = json.dumps(OBSERVED).encode()
    with given_files(spec, whole if one else observed) as folder:
        says = CliRunner(env={"XDG_CACHE_HOME": str(folder / "cache")}).invoke(
            cli, ["compile", str(folder / "spec.yaml"), "--out", str(folder / "plan"), "--format", form]
        )
    assert says.exception is None or isinstance(says.exception, SystemExit | StreamplanError), says.exception
    assert "Traceback" not in says.output
