"""The destination's settings with the environment's values in them. A plan never holds a secret; it names a variable.

**A value is never part of an error.**
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from .errors import StopError
from .plan import DestinationSettings, KafkaSettings, Plan, Staging
from .statement import Statement
from .table_program import Field

_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/(?:[A-Za-z0-9!_.*()=-]+/)*")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def with_passwords(plan: Plan, environment: Mapping[str, str], salt: str) -> Plan:
    """The plan with salted hashes of the passwords that its accounts name; what it gives is never written anywhere.

    Raises StopError X901 for a variable that is not set.
    """
    accounts = tuple(_with_password(statement, environment, salt) for statement in plan.accounts)
    return msgspec.structs.replace(plan, accounts=accounts)


def with_hash_salt(plan: Plan, environment: Mapping[str, str]) -> Plan:
    """The plan with what hashed values are salted with; what it gives is never written anywhere.

    Raises StopError X901 for a variable that is not set.
    """
    if not plan.hash_salt:
        return plan
    secret = _fill("ingestion.hash_salt", plan.hash_salt, environment)
    tables = tuple(
        msgspec.structs.replace(table, fields=tuple(_salted(field, secret) for field in table.fields))
        for table in plan.tables
    )
    return msgspec.structs.replace(plan, tables=tables)


def _with_password(statement: Statement, environment: Mapping[str, str], salt: str) -> Statement:
    """The statement with `digest|salt` of the password, as r_CREATE_USER describes it."""
    if not statement.password:
        return statement
    password = _fill("access", statement.password, environment)
    digest = hashlib.sha256((password + salt).encode()).hexdigest()
    return msgspec.structs.replace(statement, sql=statement.sql.replace("{password}", f"{digest}|{salt}"))


def _salted(field: Field, secret: str) -> Field:
    return msgspec.structs.replace(field, args={**field.args, "salt": secret}) if field.converter == "sha256" else field


def filled(settings: DestinationSettings, environment: Mapping[str, str]) -> DestinationSettings:
    """The settings with each `${NAME}` and `${NAME:-default}` replaced; raises StopError X901 for one not set."""
    texts = {
        name: _fill(f"destination.{name}", getattr(settings, name), environment) for name in settings.__struct_fields__
    }
    if not (texts["port"].isascii() and texts["port"].isdecimal()):
        raise StopError("X901", '"destination.port" is not a number', help="set the variable that it names to a port")
    return msgspec.structs.replace(settings, **texts)


def filled_staging(settings: Staging, environment: Mapping[str, str]) -> Staging:
    """The same of where rows are staged; raises StopError X901 for an address that is none of S3."""
    texts = {
        name: _fill(f"destination.staging.s3.{name}", getattr(settings, name), environment)
        for name in ("prefix", "endpoint", "kms_key")
    }
    texts["prefix"] = texts["prefix"].rstrip("/") + "/"
    if not _ADDRESS.fullmatch(texts["prefix"]):
        message = '"destination.staging.s3.prefix" is no address such as s3://bucket/path/'
        raise StopError("X901", message, help="it takes letters, digits, and !_.*()-= between slashes")
    return msgspec.structs.replace(settings, **texts)


def filled_kafka(settings: KafkaSettings, environment: Mapping[str, str]) -> tuple[KafkaSettings, frozenset[str]]:
    """The settings with their variables replaced, and the values that came from them, which no message may show.

    Raises StopError X901 for a variable that is not set.
    """

    def fill(name: str, text: str) -> str:
        return _fill(f"source.kafka.{name}", text, environment)

    names = ("brokers", "group", "instance")
    texts = {name: fill(name, getattr(settings, name)) for name in names}
    passed = {name: fill(f"settings.{name}", text) for name, text in settings.settings.items()}
    hidden = frozenset(passed[name] for name, text in settings.settings.items() if _VARIABLE.search(text))
    return msgspec.structs.replace(settings, settings=passed, **texts), hidden - {""}


def _fill(setting: str, text: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if environment.get(name):
            return environment[name]
        if default is None:
            message = f'"{setting}" needs the environment variable {name}, which is not set'
            raise StopError(
                "X901", message, help=f"export {name}=..., or try it in a sandbox: streamplan sandbox -- COMMAND"
            )
        return default

    return _VARIABLE.sub(value, text)
