"""Measures several tasks on the partitions of a topic, beside one run over a file and the broker's own rate.

    .venv/bin/python bench/tasks.py --events-count 100k --tasks 1,2,4

The broker is the one of the tests, a real process over TCP. Each run begins with an empty table and a group of its
own, and its table is compared with what the events make. **All runs of one call read the same records.**
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import msgspec
from confluent_kafka import Producer

from figures import COPY
from measure import Cost, measured
from project import Batch
from run import counts, generated
from stand import Stand, Stream, stand

sys.path.append(str(Path(__file__).parent.parent / "tests" / "kafka"))

from brokers import NOIDA, Broker

_CONSUME = """\
import sys
from confluent_kafka import Consumer
consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "bare", "auto.offset.reset": "earliest",
                     "enable.auto.commit": False, "log_level": 0})
consumer.subscribe([sys.argv[2]])
left = int(sys.argv[3])
while left:
    left -= sum(message.error() is None for message in consumer.consume(1000, 0.1))
consumer.close()
"""


class Line(msgspec.Struct):
    """A line of a file of events, its key and value as they stand in it."""

    key: msgspec.Raw
    value: msgspec.Raw


def produced(broker: Broker, stream: Stream, partitions: int) -> int:
    """Sends the stream to a new topic, each key to a partition of its own; gives how many records it is."""
    broker.topic(stream.topic, partitions)
    producer = Producer({"bootstrap.servers": broker.address, "linger.ms": 50, "log_level": 0})
    decode, offset = msgspec.json.Decoder(Line).decode, -1
    with stream.path.open("rb") as file:
        for offset, text in enumerate(file):  # noqa: B007 - the last one counts them
            line = decode(text)
            value = None if (raw := bytes(line.value)) == b"null" else raw
            while not _sent(producer, stream.topic, bytes(line.key), value):
                producer.poll(0.1)
    producer.flush()
    return offset + 1


def _sent(producer: Producer, topic: str, key: bytes, value: bytes | None) -> bool:
    try:
        producer.produce(topic, value=value, key=key)
    except BufferError:
        return False
    return True


def line(name: str, cost: Cost, events: int, same: bool | None = None) -> dict[str, Any]:  # noqa: FBT001 - a result
    """What one run took."""
    found = {"name": name, "events": events, "wall": cost.wall, "cpu": cost.cpu, "mb": cost.rss, "same": same}
    per_event = {"events_per_second": events / cost.wall, "us_per_event": cost.cpu / events * 1e6}
    micros = f"CPU {cost.cpu / events * 1e6:.2f} us an event"
    click.echo(
        f"{name}: {events / cost.wall:,.0f} events/s, {cost.wall:.1f} s, {micros}, "
        f"{cost.rss:.0f} MB, table {same}, load {os.getloadavg()[0]:.1f}"
    )
    return found | per_event


def compared(at: Stand, broker: Broker, stream: Stream, partitions: int, tasks: list[int]) -> list[dict[str, Any]]:
    """The file, the bare consumer, and each number of tasks; memory is that of the largest process."""
    figure = at.run(COPY, stream, Batch())
    found = [line("file source", figure.cost, stream.events, figure.same)]
    records = produced(broker, stream, partitions)
    consumer = [sys.executable, "-c", _CONSUME, broker.address, stream.topic, str(records)]
    found.append(line("bare consumer", measured(consumer, at.folder), stream.events))
    for count in tasks:
        topics = f'topics: ["{stream.topic}"], group: bench-{count}'
        source = f"kafka: {{brokers: '{broker.address}', {topics}, settings: {{session.timeout.ms: '6000'}}}}"
        cost, _, _, same = at.cost(stream, Batch(), ["--tasks", str(count)], source)
        found.append(line(f"{count} tasks", cost, stream.events, same))
    return found


def ratios(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rate of each over that of the file source and of the bare consumer."""
    file, bare = (one["events_per_second"] for one in found[:2])
    return [
        one | {"to_file": one["events_per_second"] / file, "to_consumer": one["events_per_second"] / bare}
        for one in found
    ]


@click.command()
@click.option("--events-count", "count", default="100k", show_default=True, callback=counts, help="How many events.")
@click.option("--partitions", default=12, show_default=True, help="How many partitions the topic has.")
@click.option("--tasks", default="1,2,4", show_default=True, callback=counts, help="How many tasks a run has.")
@click.option("--json", "into", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too.")
def main(*, count: list[int], partitions: int, tasks: list[int], into: Path | None) -> None:
    """Measures runs of several tasks."""
    with tempfile.TemporaryDirectory(prefix="streamplan-bench-") as name, stand(Path(name)) as at:
        broker = Broker(NOIDA, at.folder / "broker")
        broker.start()
        try:
            found = ratios(compared(at, broker, generated(at.folder, count[0]), partitions, tasks))
        finally:
            broker.stop()
    for one in found:
        click.echo(f"{one['name']}: {one['to_file']:.2f} of the file source, {one['to_consumer']:.2f} of the consumer")
    if into:
        into.write_text(json.dumps({"partitions": partitions, "runs": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
