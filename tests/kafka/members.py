"""Runs of a plan over topics of a broker: to the end, or as members of a group in threads of their own."""

from __future__ import annotations

import os
from contextlib import contextmanager
from threading import Thread
from typing import Any

import msgspec
import rig
from brokers import Broker, eventually
from streamplan.runtime.blocks import Reading
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.dead_letters import DeadLetters
from streamplan.runtime.kafka import Clients
from streamplan.runtime.kafka_source import KafkaSource
from streamplan.runtime.loading import beside
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Silent, Until, once
from streamplan.runtime.program import unwritten
from streamplan.runtime.settings import with_hash_salt
from streamplan.runtime.tally import Summary

QUICK = {"session.timeout.ms": "6000", "heartbeat.interval.ms": "200", "topic.metadata.refresh.interval.ms": "300"}


def kafka_spec(text: str, broker: Broker, topics: str, **more: str) -> str:
    """The text of a spec with Kafka in the place of its files."""
    start = text.index("  files:")
    end = text.index("\n\n", start) if "format:" not in text[start:] else text.index("  format:", start)
    settings = ", ".join(f"{name}: '{value}'" for name, value in QUICK.items())
    others = "".join(f", {name}: {value}" for name, value in more.items())
    kafka = f"  kafka: {{brokers: '{broker.address}', topics: {topics}, settings: {{{settings}}}{others}}}\n"
    return text[:start] + kafka + text[end:]


def clients(plan: Plan) -> Clients:
    assert plan.source.kafka is not None
    return Clients.of(plan.source.kafka, os.environ)


def source(plan: Plan, reading: Reading) -> KafkaSource:
    return KafkaSource(plan.source, clients(plan), reading)


def letters(plan: Plan):
    topic = plan.quarantine.kafka_topic
    return DeadLetters(clients(plan), topic) if topic else _nobody()


@contextmanager
def _nobody():
    yield unwritten


def batched(plan: Plan, **limits: int) -> Plan:
    return msgspec.structs.replace(plan, batch=msgspec.structs.replace(plan.batch, **limits))


def run_to_end(plan: Plan, address: Any, **how: Any) -> Summary:
    """Runs a plan up to where its topics end now."""
    with (
        rig.warehouse_of(plan, address) as warehouse,
        source(plan, Reading.TO_THE_END) as topics,
        letters(plan) as written,
    ):
        salted = with_hash_salt(plan, rig.SECRETS)
        return Run(salted, topics, warehouse, SystemClock(), Silent(), letters=written, **how).go(Until.END)


class Noting(Silent):
    def __init__(self) -> None:
        self.told: list[Any] = []

    def happened(self, what: Any) -> None:
        self.told.append(what)


class Member(Thread):
    """A run in a thread of its own, until it is told to finish. `around` wraps the warehouse."""

    def __init__(self, plan: Plan, address: Any, around=lambda warehouse: warehouse, retry=once) -> None:
        super().__init__(daemon=True)
        self.plan, self.at, self.around, self.retry, self.noting = plan, address, around, retry, Noting()
        self.asked, self.error, self.source = False, None, None

    def pull(self, poll):
        return () if self.asked else poll()

    def apart(self, work):
        return work()

    def run(self) -> None:
        try:
            with (
                rig.warehouse_of(self.plan, self.at) as warehouse,
                source(self.plan, Reading.FOLLOWING) as self.source,
                letters(self.plan) as written,
                beside(self.source.idle) as loader,
            ):
                wrapped = self.around(warehouse)
                run = Run(
                    self.plan,
                    self.source,
                    wrapped,
                    SystemClock(),
                    self.noting,
                    retry=self.retry,
                    stopping=self,
                    letters=written,
                    loader=loader,
                )
                run.go(Until.STOPPED)
        except Exception as error:  # noqa: BLE001 - it is raised by `finish`
            self.error = error

    @property
    def owned(self) -> set:
        return set(self.source._owned) if self.source else set()  # noqa: SLF001 - what the group gave it

    def finish(self) -> None:
        self.asked = True
        self.join(60)
        assert not self.is_alive()
        if self.error:
            raise self.error


@contextmanager
def member(plan: Plan, address: Any, around=lambda warehouse: warehouse, retry=once):
    """A member while the `with` lasts; its error is raised at the end."""
    one = Member(plan, address, around, retry)
    one.start()
    try:
        yield one
    except BaseException:
        one.asked = True
        one.join(60)
        raise
    one.finish()


def owning(one: Member, count: int) -> None:
    """Waits until the group has given a member so many partitions."""
    eventually(lambda: one.error or len(one.owned) == count)
    assert one.error is None


class Everything:
    """A run that knows of no ledger."""

    def came(self, _):
        return {}

    def left(self, partitions):
        pass

    def lost(self, partitions):
        pass

    def cut(self, reason):
        pass
