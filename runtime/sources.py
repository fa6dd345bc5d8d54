"""Which source a run reads, and where else its quarantine is written, as the plan says.

It decides; the sources do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import msgspec

from .blocks import Reading
from .dead_letters import DeadLetters
from .errors import StopError
from .files import FileSource
from .kafka import Clients
from .kafka_source import KafkaSource
from .plan import KafkaSettings, Plan
from .program import Letters, unwritten


@contextmanager
def source_of(
    plan: Plan, events: str | None, reading: Reading, environment: Mapping[str, str], task: int | None = None
) -> Iterator[FileSource | KafkaSource]:
    """Files where their place is given, else what the plan says; `task` is the run's number where there are several.

    Raises StopError X901, X902, X911, X915, and X932 for a plan that names no source.
    """
    if path := events or plan.source.path:
        with FileSource(path, reading) as files:
            yield files
        return
    with KafkaSource(plan.source, _member(Clients.of(kafka_of(plan), environment), task, reading), reading) as topics:
        yield topics


@contextmanager
def letters_of(plan: Plan, environment: Mapping[str, str], task: int | None = None) -> Iterator[Letters]:
    """The topic that the plan names for its quarantine; raises StopError as `source_of`."""
    if not plan.quarantine.kafka_topic:
        yield unwritten
        return
    with DeadLetters(Clients.of(kafka_of(plan), environment), plan.quarantine.kafka_topic, task or 0) as letters:
        yield letters


def _member(clients: Clients, task: int | None, reading: Reading) -> Clients:
    """The clients of a task: where membership is static, each is a member of its own.

    To the end it never is: a member that has ended would keep its place in the group, and be given partitions.
    """
    instance = clients.settings.instance
    if instance and task is not None:
        instance = f"{instance}-{task}"
    if reading is Reading.TO_THE_END:
        instance = ""
    return replace(clients, settings=msgspec.structs.replace(clients.settings, instance=instance))


def tasks_of(plan: Plan, asked: int | None, events: str | None) -> int:
    """How many tasks a run has; raises StopError X905 where several would share files."""
    count = asked or plan.tasks
    if count > 1 and (events or plan.source.path):
        message = f"{count} tasks cannot share files of events: they have no partitions to give away"
        raise StopError("X905", message, help="run with --tasks 1, or read from Kafka: source.kafka in the spec")
    return count


def kafka_of(plan: Plan) -> KafkaSettings:
    """How to reach Kafka; raises StopError X932 where the plan does not say."""
    if plan.source.kafka is None:
        message = "the plan says of no source where it is"
        raise StopError("X932", message, help="name files with --events PATH, or compile the spec again")
    return plan.source.kafka


def idle_of(source: FileSource | KafkaSource) -> Callable[[], None]:
    """What is to be done again and again while nothing is polled."""
    return source.idle if isinstance(source, KafkaSource) else lambda: None
