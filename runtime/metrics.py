"""What happens as Prometheus metrics. The one owner of prometheus_client.

Counters are of this process; what is in the warehouse altogether, `status` says. A Prometheus server asks from another
thread, so nothing here reads the source then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Metric, make_wsgi_app
from prometheus_client.registry import Collector

from .happenings import Committed, Cut, Happening, Held, Quarantined, Recovered, Retrying
from .moves import Measured
from .plan import Plan
from .ports import Partition

_COMMIT_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """A reporter that counts. `page` is a WSGI application that shows it."""

    def __init__(self, plan: Plan) -> None:
        registry = self.registry = CollectorRegistry()
        self.page: Any = make_wsgi_app(registry)
        self._source: Measured | None = None
        self._last: Mapping[Partition, int] = {}
        self._connector, self._held = plan.connector, set[str]()

        def counter(name: str, help_: str, *labels: str) -> Counter:
            return Counter(f"streamplan_{name}", help_, labels, registry=registry)

        def gauge(name: str, help_: str, *labels: str) -> Gauge:
            return Gauge(f"streamplan_{name}", help_, labels, registry=registry)

        self._read = counter("read_records", "Records read from the source.")
        self._read_bytes = counter("read_bytes", "Bytes of the records read from the source.")
        self._lag_bytes = gauge("lag_bytes", "Bytes of the source that are not read yet.")
        self._lag = gauge("lag_records", "Records of a partition that are not read yet.", "topic", "partition")
        self._cuts = counter("source_failures", "Failures of the source, which is tried again.")
        self._events = counter("events", "Events committed.", "table")
        self._batches = counter("batches", "Batches committed.", "table")
        self._upserted = counter("rows_upserted", "Rows inserted or updated.", "table")
        self._deleted = counter("rows_deleted", "Rows deleted, or marked as deleted.", "table")
        self._emptied = counter("truncates", "Truncates of the source applied.", "table")
        self._quarantined = counter("quarantined_records", "Records sent to quarantine.", "code")
        self._held_topics = gauge("held_topics", "Topics that wait, since their events have a new shape.")
        self._retries = counter("retries", "Transactions tried again after a failure of the warehouse.", "code")
        self._retrying = gauge("retrying", "Attempts that have failed since the last one that worked.")
        self._committed_at = gauge("last_commit_timestamp_seconds", "When a batch was last committed.", "table")
        self._seconds = Histogram(
            "streamplan_commit_seconds",
            "Seconds to commit a batch, retries included.",
            buckets=_COMMIT_SECONDS,
            registry=registry,
        )
        self._plan = Info("streamplan_plan", "The plan that the run follows.", registry=registry)
        self._version(plan.version)

    def watch(self, source: Measured) -> None:
        """From now on the lag is this source's."""
        self._source = source

    def happened(self, what: Happening) -> None:
        """Counts it."""
        match what:
            case Committed():
                self._commit(what)
            case Held():
                self._held.add(what.topic)
                self._held_topics.set(len(self._held))
            case Quarantined():
                self._quarantined.labels(what.code).inc()
            case Retrying():
                self._retries.labels(what.code).inc()
                self._retrying.set(what.attempt)
            case Recovered():
                self._retrying.set(0)
            case Cut():
                self._cuts.inc()
            case _:
                assert_never(what)

    def advanced(self, records: int, size: int) -> None:
        """Counts what was read, and looks how much is left."""
        self._read.inc(records)
        self._read_bytes.inc(size)
        if self._source and self._source.total:
            self._lag_bytes.set(max(0, self._source.total - self._source.done))
        if self._source and (lag := self._source.lag()) is not self._last:
            self._last = lag
            self._lag.clear()
            for at, behind in lag.items():
                self._lag.labels(at.topic, str(at.number)).set(behind)

    def _commit(self, what: Committed) -> None:
        self._events.labels(what.table).inc(what.events)
        self._batches.labels(what.table).inc()
        self._upserted.labels(what.table).inc(what.upserts)
        self._deleted.labels(what.table).inc(what.deletes)
        self._emptied.labels(what.table).inc(what.truncated)
        self._committed_at.labels(what.table).set_to_current_time()
        self._seconds.observe(what.seconds)
        self._version(what.version)

    def _version(self, version: int) -> None:
        self._plan.info({"connector": self._connector, "version": str(version)})


class TaskMetrics(Collector):
    """The metrics of several tasks on one page, told apart by a label `task`."""

    def __init__(self, of: Mapping[int, Metrics]) -> None:
        self._of = of
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        self.page: Any = make_wsgi_app(registry)

    def collect(self) -> Iterable[Metric]:
        """Each metric once, with the samples of all."""
        found: dict[str, Metric] = {}
        for number, one in self._of.items():
            for metric in one.registry.collect():
                kept = found.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
                kept.samples += [s._replace(labels={"task": str(number), **s.labels}) for s in metric.samples]
        return found.values()
