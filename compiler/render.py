"""The desired model and its changes as a plan: every statement with its text.

The manifest that says how each is used.

It writes nothing. Versions before this one are carried over as they are: their files never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamplan.runtime.plan import FORMAT, Evolution, History, Ledger, Migration, Plan, Quarantine, SourceSettings
from streamplan.runtime.statement import Statement

from .access import evolves
from .accounts import accounts, grants
from .bootstrap import bootstrap
from .control import EVOLUTION, HISTORY, LEDGER, QUARANTINE
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
    evolving = evolves(spec, (unit.holding for unit in units))
    return Plan(
        format=FORMAT,
        connector=spec.connector,
        version=version,
        ancestors=ancestors,
        source=_source(spec),
        destination=spec.destination,
        batch=spec.batch,
        tasks=spec.tasks,
        staging=spec.staging.at if spec.staging else None,
        hash_salt=spec.hash_salt if any(unit.hashed for unit in units) else "",
        bootstrap=bootstrap(spec.connector, schema, evolving=evolving),
        accounts=accounts(model, spec.access),
        migrations=migrations,
        grants=grants(model),
        history=_history(spec.connector, schema),
        ledger=_ledger(spec.connector, schema),
        quarantine=_quarantine(spec, schema),
        evolution=_evolution(spec.connector, schema) if evolving else None,
        tables=(),
    )


def _source(spec: Spec) -> SourceSettings:
    evolution = spec.defaults.ingestion.evolution
    topics, path, kafka = spec.topics, spec.events, spec.kafka
    return SourceSettings(format=spec.format, topics=topics, path=path, kafka=kafka, evolution=evolution)


def _evolution(connector: str, schema: str) -> Evolution:
    values = {"table": ident(schema, EVOLUTION), "connector": literal(connector)}
    binds = ("version", "plan_id", "path", "part", "text")
    return Evolution(
        read=_statement("history/evolution_read", "evolution_read", (), **values),
        record=_statement("history/evolution_record", "evolution_record", binds, **values),
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


def _quarantine(spec: Spec, schema: str) -> Quarantine:
    values = {"table": ident(schema, QUARANTINE), "connector": literal(spec.connector)}
    lines = (comment("Keeps other writers of the quarantine out until the transaction ends."),)
    raw, sizes = ("key", "value", "headers"), ("key_bytes", "value_bytes", "headers_bytes")
    binds = ("topic", "partition", "offset", "code", "reason", *raw, *sizes, "plan_id")
    after = ("topic", "partition", "partition", "offset")
    span = ("topic", "partition", "from_offset", "to_offset")
    return Quarantine(
        insert=_statement("quarantine/insert", "quarantine_insert", binds, **values),
        count=_statement("quarantine/count", "quarantine_count", (), **values),
        lock=_statement("quarantine/lock", "lock", (), lines=lines, **values),
        list=_statement("quarantine/list", "quarantine_list", after, **values),
        read=_statement("quarantine/read", "quarantine_read", span, **values),
        remove=_statement("quarantine/remove", "quarantine_remove", span, **values),
        warehouse=spec.quarantine.warehouse,
        kafka_topic=spec.quarantine.kafka_topic,
    )


def _statement(path: str, template: str, binds: tuple[str, ...], **values: Any) -> Statement:
    return Statement(path=f"{path}.sql", sql=fill(template, **values), binds=binds)
