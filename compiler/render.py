"""The desired model and its changes as a plan: every statement with its text.

The manifest that says how each is used.

It writes nothing. Versions before this one are carried over as they are: their files never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamplan.runtime.plan import (
    FORMAT,
    History,
    Ledger,
    Migration,
    Plan,
    Quarantine,
    SourceSettings,
    Statement,
)

from .accounts import accounts, grants
from .bootstrap import bootstrap
from .control import HISTORY, LEDGER, QUARANTINE
from .lex import fold
from .model import Model
from .spec import Spec
from .sql import comment, ident, literal
from .template import fill
from .unit import Unit


def head(  # noqa: PLR0917 - what the head of a plan is made of
    spec: Spec,
    model: Model,
    units: Sequence[Unit],
    migrations: tuple[Migration, ...],
    version: int,
    ancestors: tuple[str, ...],
) -> Plan:
    """The plan of one version without its tables; `migrations` are those of all versions up to it."""
    schema = fold(spec.schema)
    return Plan(
        format=FORMAT,
        connector=spec.connector,
        version=version,
        ancestors=ancestors,
        source=SourceSettings(format=spec.format, topics=spec.topics, path=spec.events),
        destination=spec.destination,
        batch=spec.batch,
        hash_salt=spec.hash_salt if any(unit.hashed for unit in units) else "",
        bootstrap=bootstrap(spec.connector, schema),
        accounts=accounts(model, spec.access),
        migrations=migrations,
        grants=grants(model),
        history=_history(spec.connector, schema),
        ledger=_ledger(spec.connector, schema),
        quarantine=_quarantine(schema),
        tables=(),
    )


def _history(connector: str, schema: str) -> History:
    values = {"table": ident(schema, HISTORY), "connector": literal(connector)}
    lines = (comment("Keeps a second apply out until the transaction ends."),)
    return History(
        lock=_statement("history/lock", "lock", (), lines=lines, **values),
        read=_statement("history/read", "history_read", (), **values),
        seen=_statement("history/seen", "history_seen", ("version", "statement"), **values),
        record=_statement("history/record", "history_record", ("version", "plan_id", "statement"), **values),
    )


def _ledger(connector: str, schema: str) -> Ledger:
    values = {"table": ident(schema, LEDGER), "connector": literal(connector)}
    binds = ("topic", "partition", "from_offset", "to_offset", "plan_id")
    return Ledger(
        read=_statement("ledger/read", "ledger_read", (), **values),
        check=_statement("ledger/check", "ledger_check", ("topic", "partition"), **values),
        record=_statement("ledger/record", "ledger_record", binds, **values),
    )


def _quarantine(schema: str) -> Quarantine:
    table = ident(schema, QUARANTINE)
    binds = ("topic", "partition", "offset", "code", "reason", "key", "value", "plan_id")
    return Quarantine(
        insert=_statement("quarantine/insert", "quarantine_insert", binds, table=table),
        count=_statement("quarantine/count", "quarantine_count", (), table=table),
    )


def _statement(path: str, template: str, binds: tuple[str, ...], **values: Any) -> Statement:
    return Statement(path=f"{path}.sql", sql=fill(template, **values), binds=binds)
