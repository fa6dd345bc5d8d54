"""Clients of Kafka: how they are set up, and what their errors mean. The one owner of confluent_kafka.

Its settings are librdkafka's own. **A value that came from the environment is in no message.**
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import StopError
from .plan import KafkaSettings
from .ports import Partition, Record
from .settings import filled_kafka

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

METADATA_SECONDS = 20.0
_CONSUMER = {
    "client.id": "streamplan",
    "auto.offset.reset": "error",
    "partition.assignment.strategy": "cooperative-sticky",
    "queued.max.messages.kbytes": "16384",
    "topic.metadata.refresh.interval.ms": "60000",
}
_PRODUCER = {"client.id": "streamplan", "enable.idempotence": "true"}
_OF_CONSUMERS = (
    *("auto.offset.", "fetch.", "queued.", "session.", "heartbeat.", "max.poll.", "partition.assignment."),
    *("isolation.", "group.", "max.partition.fetch.", "check.crcs"),
)
_GLOB = re.compile(r"[*?\[]")
_SILENT = logging.getLogger("streamplan.kafka")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False  # what a user should know comes as an error of a client
_REFUSED = frozenset(
    {"_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED", "TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED"}
)
_REFUSED |= {"CLUSTER_AUTHORIZATION_FAILED", "FENCED_INSTANCE_ID", "_SSL", "UNSUPPORTED_SASL_MECHANISM"}


Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Makes clients of one connector's brokers; `hidden` are the values that no message may show."""

    settings: KafkaSettings
    hidden: frozenset[str]

    @classmethod
    def of(cls, settings: KafkaSettings, environment: Mapping[str, str]) -> Clients:
        """Clients with the environment's values; raises StopError X901."""
        filled, hidden = filled_kafka(settings, environment)
        return cls(settings=filled, hidden=hidden)

    def member(self, **callbacks: Any) -> Consumer:
        """A consumer of the group; raises StopError X902, X915."""
        settings = self.settings
        instance = {"group.instance.id": settings.instance} if settings.instance else {}
        own = {"group.id": settings.group, "enable.auto.commit": "false", "enable.partition.eof": "true"}
        default = dict(_CONSUMER)
        if settings.settings.get("group.protocol") == "consumer":  # whose brokers assign
            del default["partition.assignment.strategy"]
        return self._consumer(default | settings.settings | own | instance, **callbacks)

    def reader(self) -> Consumer:
        """A consumer that is in no group and commits nothing."""
        own = {"group.id": "streamplan-observe", "enable.auto.commit": "false", "enable.partition.eof": "true"}
        return self._consumer(_CONSUMER | {"auto.offset.reset": "earliest"} | self._passed("group.") | own)

    def producer(self, **callbacks: Any) -> Producer:
        """A producer whose messages arrive once; raises StopError X902, X915."""
        client = _confluent()
        with self._understood():
            config = _PRODUCER | self._passed(*_OF_CONSUMERS) | {"bootstrap.servers": self.settings.brokers}
            made: Producer = client.Producer({**config, **callbacks}, logger=_SILENT)
            return made

    def shares(self) -> dict[str, frozenset[Partition]]:
        """What each member of the group reads, by the member's id; nothing while partitions move.

        Raises StopError X902, X914, X915.
        """
        with self._understood():
            config = self._passed(*_OF_CONSUMERS) | {"bootstrap.servers": self.settings.brokers}
            admin = _administration().AdminClient({**config}, logger=_SILENT)
        group = self.settings.group
        with self.asking():
            found = admin.describe_consumer_groups([group], request_timeout=METADATA_SECONDS)[group].result()
        if found.state.name != "STABLE":
            return {}
        return {
            member.member_id: frozenset(partition_of(at) for at in member.assignment.topic_partitions)
            for member in found.members
        }

    def told(self, error: KafkaError) -> str:
        """What an error says, without what came from the environment."""
        return self._shown(f"{error.str()} ({error.name()})")

    def stopped(self, error: KafkaError) -> StopError | None:
        """The error as one that trying again does not mend; None for any other."""
        if error.name() in _REFUSED or error.fatal():
            help_ = "check source.kafka: brokers, settings, and what the user may read"
            return StopError("X915", f"Kafka refuses: {self.told(error)}", help=help_)
        return None

    def _passed(self, *without: str) -> dict[str, str]:
        return {name: value for name, value in self.settings.settings.items() if not name.startswith(without)}

    def _consumer(self, config: Mapping[str, str], **callbacks: Any) -> Consumer:
        client = _confluent()
        with self._understood():
            brokers = {"bootstrap.servers": self.settings.brokers}
            made: Consumer = client.Consumer({**config, **brokers, **callbacks}, logger=_SILENT)
            return made

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Settings that librdkafka does not take are StopError X915."""
        try:
            yield
        except (_confluent().KafkaException, ValueError, TypeError) as error:
            message = f"Kafka's client does not take the settings: {self._shown(_words(error))}"
            raise StopError("X915", message, help="mend source.kafka.settings in the spec") from None

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A question to the brokers; raises StopError X914 when none answers, X915 when they refuse."""
        try:
            yield
        except _confluent().KafkaException as error:
            raise self.failed(error.args[0]) from None

    def failed(self, error: KafkaError) -> StopError:
        """An error to which there is no answer but to stop."""
        message = f"Kafka does not answer: {self.told(error)}"
        return self.stopped(error) or StopError("X914", message, help="check source.kafka.brokers and the network")

    def _shown(self, text: str) -> str:
        for value in sorted(self.hidden, key=len, reverse=True):
            text = text.replace(value, "***")
        return text


def subscription(patterns: Iterable[str]) -> list[str]:
    """What a consumer subscribes to: names, and patterns as regular expressions."""
    return [_expression(pattern) if _GLOB.search(pattern) else pattern for pattern in patterns]


def partitions_of(consumer: Consumer, patterns: Iterable[str]) -> list[Partition]:
    """The partitions there are of the topics that match; raises KafkaException."""
    topics = consumer.list_topics(timeout=METADATA_SECONDS).topics
    wanted = [name for name in sorted(topics) if any(fnmatchcase(name, pattern) for pattern in patterns)]
    return [Partition(name, number) for name in wanted for number in sorted(topics[name].partitions)]


def place(at: Partition, offset: int) -> TopicPartition:
    """A place, for a client."""
    found: TopicPartition = _confluent().TopicPartition(at.topic, at.number, offset)
    return found


def span(consumer: Consumer, at: Partition) -> tuple[int, int]:
    """The first offset that the brokers have, and the next that they will give; raises KafkaException."""
    found: tuple[int, int] = consumer.get_watermark_offsets(place(at, 0), timeout=METADATA_SECONDS)
    return found


def is_end(error: KafkaError) -> bool:
    """Whether a message only says that its partition has nothing more now."""
    return error.name() == "_PARTITION_EOF"


def is_gone(error: KafkaError) -> bool:
    """Whether the brokers have not the offset that was asked for."""
    return error.name() == "_AUTO_OFFSET_RESET"


def failure() -> type[Exception]:
    """What clients raise."""
    kind: type[Exception] = _confluent().KafkaException
    return kind


def partition_of(place: TopicPartition) -> Partition:
    """The partition of a place."""
    return Partition(place.topic, place.partition)


def source_of(message: Message) -> Partition:
    """Where a message comes from; a topic without a name where an error is of none."""
    number = message.partition()
    return Partition(message.topic() or "", -1 if number is None else number)


def record_of(message: Message, at: Partition, headers: Headers) -> Record:
    """A message of this partition, with these headers, as a record."""
    key, value = message.key(), message.value()
    return Record(at, message.offset() or 0, key, value, headers, len(value or b"") + len(key or b""))


def headers_of(raw: object) -> Headers:
    """A message's headers as texts. Bytes that are not UTF-8 come back as they were by `surrogateescape`."""
    pairs = raw.items() if isinstance(raw, dict) else raw if isinstance(raw, list) else ()
    return tuple((name, _text(value)) for name, value in pairs)


def _text(raw: bytes | str | None) -> str:
    if isinstance(raw, str):
        return raw
    return "" if raw is None else raw.decode("utf-8", "surrogateescape")


def _expression(pattern: str) -> str:
    """A glob as an extended regular expression; brackets mean the same in both but for the negation."""
    text = pattern.replace(".", r"\.").replace("[!", "[^").replace("*", ".*").replace("?", ".")
    return f"^{text}$"


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.str() if hasattr(said, "str") else str(said)


def _administration() -> Any:
    _confluent()
    from confluent_kafka import admin  # noqa: PLC0415 - few runs need it

    return admin


def _confluent() -> Any:
    try:
        import confluent_kafka  # noqa: PLC0415 - a loader of files needs none
    except ModuleNotFoundError as error:
        message = f"reading from Kafka needs {error.name}, which is not installed"
        raise StopError("X902", message, help="pip install 'streamplan[kafka]'") from None
    return confluent_kafka
