"""What the tests of access share: golden stories with accounts, events that need every statement, and probes of rights.

A probe is one statement that one right on one thing allows, and that changes nothing: what it makes is rolled back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import rig
from streamplan.compiler.control import control_tables
from streamplan.compiler.model import Grantee, GranteeKind, Model, Securable, SecurableKind
from streamplan.compiler.observed import ObservedTopic, read_observed
from streamplan.compiler.sql import ident
from streamplan.runtime.convert import PLACEHOLDER
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.settings import with_hash_salt
from streamplan.runtime.statement import Statement
from streamplan.sandbox.query import Refused, Session, over_tcp

GOLDEN = Path(__file__).parent.parent / "golden"
LOADER, DEPLOYER, READER, MEMBER, NOBODY = (f"rights_{name}" for name in ("l", "d", "r", "m", "n"))
ACCESS = f"access: {{deployer: {DEPLOYER}, loader: {LOADER}, readers: [rights_readers], reader_groups: [rights_bi]}}\n"
GRANTEES = {
    LOADER: Grantee(GranteeKind.ROLE, "rights_loader"),
    DEPLOYER: Grantee(GranteeKind.ROLE, "rights_deployer"),
    READER: Grantee(GranteeKind.ROLE, "rights_readers"),
    MEMBER: Grantee(GranteeKind.GROUP, "rights_bi"),
    NOBODY: None,
}
OF_VIEWS = {"SELECT": "SELECT 1 FROM {on} WHERE FALSE", "DROP": "DROP VIEW {on}"}
OF_TABLES = {
    "SELECT": "SELECT 1 FROM {on} WHERE FALSE",
    "INSERT": "INSERT INTO {on} ({column}) SELECT NULL WHERE FALSE",
    "UPDATE": "UPDATE {on} SET {column} = NULL WHERE FALSE",
    "DELETE": "DELETE FROM {on} WHERE FALSE",
    "TRUNCATE": "TRUNCATE {on}",
    "ALTER": "ALTER TABLE {on} ADD COLUMN probe INTEGER",
    "DROP": "DROP TABLE {on}",
}
OF_SCHEMAS = {
    "USAGE": "SELECT '{on}.{within}'::REGCLASS",
    "CREATE": "CREATE TABLE {on}.probe (a INTEGER)",
    "DROP": "DROP SCHEMA {on} CASCADE",
}
OF_DATABASES = {
    "CREATE": "CREATE SCHEMA probe",
    "TEMP": "CREATE TEMP TABLE probe (a INTEGER)",
    "DROP": "DROP DATABASE {on}",
}
OF_CLUSTERS = {
    "CREATE USER": "CREATE USER probe PASSWORD DISABLE",
    "CREATE ROLE": "CREATE ROLE probe",
    "CREATE GROUP": "CREATE GROUP probe",
    "CREATE DATABASE": "CREATE DATABASE probe",
    "GRANT ROLE": f"GRANT ROLE rights_deployer TO {NOBODY}",
}
VALUES = {"int32": 1, "int64": 1, "string": "a", "bytes": "AQ=="}
OTHERS = {1: 2, "a": "b", "AQ==": "Ag=="}
TRUNCATE = {"op": "t"}


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One right on one thing, and the statement that it allows. `on` is None for the cluster."""

    on: Securable | None
    right: str
    sql: str


def probes(model: Model, database: str) -> Iterator[Probe]:
    """Every kind of right on every thing of the model."""
    tables = (*model.tables, *control_tables(model.control))
    for table in tables:
        on, column = (table.schema, table.name), ident(table.columns[0].name)
        yield from _of(SecurableKind.TABLE, on, OF_TABLES, column=column)
    for view in model.views:
        yield from _of(SecurableKind.TABLE, (view.schema, view.name), OF_VIEWS)
    for schema in model.schemas:
        within = next(ident(table.name) for table in tables if table.schema == schema)
        yield from _of(SecurableKind.SCHEMA, (schema,), OF_SCHEMAS, within=within)
    yield from _of(SecurableKind.DATABASE, (database,), OF_DATABASES)
    yield from (Probe(on=None, right=right, sql=sql) for right, sql in OF_CLUSTERS.items())


def _of(kind: SecurableKind, name: tuple[str, ...], rights: dict[str, str], **words: str) -> Iterator[Probe]:
    for right, sql in rights.items():
        yield Probe(on=Securable(kind, name), right=right, sql=sql.format(on=ident(*name), **words))


def allowed(model: Model, user: str, probe: Probe) -> bool:
    """Whether the model's grants give it."""
    return any(
        grant.on == probe.on and grant.to == GRANTEES[user] and probe.right in grant.privileges
        for grant in model.grants
    )


@contextmanager
def session(address: Any, user: str) -> Iterator[Session]:
    with Session(
        over_tcp(address.host, address.port), user=user, database=address.database, password=address.password
    ) as it:
        yield it


def outcomes(address: Any, user: str, tried: Iterable[Probe]) -> dict[Probe, str]:
    """The SQLSTATE of each refusal; "" where the server did it."""
    with session(address, user) as one:
        return {probe: _outcome(one, probe) for probe in tried}


def _outcome(one: Session, probe: Probe) -> str:
    found = ""
    alone = probe.sql.startswith(("DROP DATABASE", "CREATE DATABASE"))
    try:
        one.run(probe.sql if alone else f"BEGIN; {probe.sql}; ROLLBACK")
    except Refused as refused:
        found = refused.fields["C"]
        one.run("ROLLBACK")
    return found


def compiled(story: str, folder: Path, database: str) -> Plan:
    """The plan of a golden step after those in the folder, with its observed schemas and this test's accounts."""
    text = re.sub(r"^access:.*\n", "", (GOLDEN / story / "spec.yaml").read_text(), flags=re.MULTILINE)
    for old, new in (("connector: shop", "connector: rights"), ("database: dev", f"database: {database}")):
        assert old in text
        text = text.replace(old, new)
    (folder / "spec.yaml").write_text(text + ACCESS)
    (folder / "observed").unlink(missing_ok=True)
    (folder / "observed").symlink_to(GOLDEN / story / "observed")
    return rig.compile_plan(folder / "spec.yaml", folder / "plan")


def without_members(plan: Plan) -> Plan:
    """The plan without its GRANT ROLE statements."""
    return msgspec.structs.replace(plan, grants=tuple(s for s in plan.grants if not is_member(s)))


def is_member(statement: Statement) -> bool:
    return "\nGRANT ROLE " in statement.sql


def begun(plan: Plan, address: Any) -> None:
    """What an admin does for a deployer that shall apply the plan: accounts, and its role's right to make schemas."""
    with rig.warehouse_of(plan, address) as warehouse:
        for statement in (*plan.accounts, *plan.grants):
            if statement in plan.accounts or is_member(statement) or "rights_deployer.database" in statement.path:
                with warehouse.transaction():
                    if not (statement.unless and warehouse.execute(statement.unless)):
                        warehouse.execute(statement)


def events(folder: Path, plan: Plan) -> Path:
    """Events of every kind that the plan takes for each observed topic, and a line that is none."""
    emptied = {topic for program in plan.tables if program.truncate for topic in program.topics}
    topics = read_observed(folder / "observed").topics
    lines = [line for topic in topics for line in _lines(topic) if topic.topic in emptied or line["value"] != TRUNCATE]
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(line | {"offset": n}) + "\n" for n, line in enumerate(lines)) + "not an event\n")
    return path


def _lines(topic: ObservedTopic) -> Iterator[dict[str, Any]]:
    key = {field.field: VALUES[field.type] for field in topic.key} or None
    row = {field.field: VALUES[field.type] for field in topic.value}
    source = {"source": {"schema": topic.schema, "table": topic.table}}
    changes = [{"op": op, **source, "after": row} for op in "cu"]
    unsent = row | {f.field: PLACEHOLDER for f in topic.value if f.type == "string" and f.field not in (key or {})}
    left_out = {"op": "u", **source, "after": unsent}
    gone = {"op": "d", **source, "before": row}
    for value in (*changes, left_out, gone, None, *changes, gone, TRUNCATE):
        line = {"topic": topic.topic, "partition": 0, "key": key if value != TRUNCATE else None, "value": value}
        moved = [["__debezium.newkey", json.dumps({name: OTHERS[at] for name, at in row.items()})]]
        yield line | {"headers": moved} if value == gone else line


class Watched:
    """A warehouse, with a note of the statements that it was given."""

    def __init__(self, warehouse: Any) -> None:
        self.warehouse, self.given = warehouse, set[str]()

    def execute(self, statement: Statement, binds: Any = ()) -> Any:
        self.given.add(statement.path)
        return self.warehouse.execute(statement, binds)

    def aside(self, statement: Statement, binds: Any = ()) -> Any:
        self.given.add(statement.path)
        return self.warehouse.aside(statement, binds)

    def load(self, statement: Statement, rows: Any) -> None:
        self.given.add(statement.path)
        self.warehouse.load(statement, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.warehouse, name)


def run(plan: Plan, warehouse: Any, path: Path) -> None:
    """A run over a file of events to its end, with a batch for each record."""
    batch = msgspec.structs.replace(plan.batch, max_rows=1)
    cut = with_hash_salt(msgspec.structs.replace(plan, batch=batch), rig.SECRETS)
    with FileSource(str(path)) as source:
        Run(cut, source, warehouse, rig.SystemClock(), Silent()).go(Until.END)
