"""Which source a run reads, and where else its quarantine is written, as the plan says.

It decides; the sources do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from .dead_letters import DeadLetters
from .errors import StopError
from .files import FileSource, Reading
from .kafka import Clients
from .kafka_source import KafkaSource
from .plan import KafkaSettings, Plan
from .program import Letters, unwritten


@contextmanager
def source_of(
    plan: Plan, events: str | None, reading: Reading, environment: Mapping[str, str]
) -> Iterator[FileSource | KafkaSource]:
    """Files where their place is given, else what the plan says.

    Raises StopError X901, X902, X911, X915, and X932 for a plan that names no source.
    """
    if path := events or plan.source.path:
        with FileSource(path, reading) as files:
            yield files
        return
    with KafkaSource(plan.source, Clients.of(kafka_of(plan), environment), reading) as topics:
        yield topics


@contextmanager
def letters_of(plan: Plan, environment: Mapping[str, str]) -> Iterator[Letters]:
    """The topic that the plan names for its quarantine; raises StopError as `source_of`."""
    if not plan.quarantine.kafka_topic:
        yield unwritten
        return
    with DeadLetters(Clients.of(kafka_of(plan), environment), plan.quarantine.kafka_topic) as letters:
        yield letters


def kafka_of(plan: Plan) -> KafkaSettings:
    """How to reach Kafka; raises StopError X932 where the plan does not say."""
    if plan.source.kafka is None:
        message = "the plan says of no source where it is"
        raise StopError("X932", message, help="name files with --events PATH, or compile the spec again")
    return plan.source.kafka


def idle_of(source: FileSource | KafkaSource) -> Callable[[], None]:
    """What is to be done again and again while nothing is polled."""
    return source.idle if isinstance(source, KafkaSource) else lambda: None
