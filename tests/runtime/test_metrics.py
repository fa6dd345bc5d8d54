"""Metrics count what happened, health says when it is bad, and both are served while a run lasts and not longer."""

from __future__ import annotations

import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from streamplan.runtime.disk import load
from streamplan.runtime.errors import StopError
from streamplan.runtime.happenings import Committed, Held, Quarantined, Recovered, Retrying, Span
from streamplan.runtime.health import Health
from streamplan.runtime.metrics import Metrics
from streamplan.runtime.ports import Partition
from streamplan.runtime.reporters import Together
from streamplan.runtime.serving import serving

PLAN = load(Path(__file__).parents[2] / "golden/orders/01_create/plan")
HERE = "127.0.0.1"


def committed(**changes) -> Committed:
    span = Span(at=Partition("orders", 0), first=0, last=5)
    values = {"table": "shop.orders", "events": 6, "upserts": 4, "deletes": 1, "quarantined": 1, "truncated": 0}
    return Committed(**values | {"spans": (span,), "seconds": 0.3, "version": 1} | changes)


def retrying(attempt: int) -> Retrying:
    return Retrying(attempt=attempt, attempts=8, seconds=1, code="X952", reason="lost")


class Half:
    total, done = 100, 60

    def lag(self):
        return {}


@contextmanager
def served():
    """A reporter, and how to ask for a page: its status and text."""
    metrics, health = Metrics(PLAN), Health()
    metrics.watch(Half())
    with serving(HERE, 0, metrics, health) as port:

        def page(path: str) -> tuple[int, str]:
            try:
                with urllib.request.urlopen(f"http://{HERE}:{port}{path}", timeout=30) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.read().decode()

        yield Together(metrics, health), page


def numbers(text: str) -> dict[str, float]:
    """Each sample of a page by its name and labels."""
    return {
        "|".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_happened_is_counted():
    with served() as (reporter, page):
        reporter.advanced(6, 600)
        reporter.happened(committed())
        reporter.happened(committed(upserts=2, deletes=0, truncated=1, version=2))
        reporter.happened(Quarantined(place="orders[0]@4", code="X924", reason="too long"))
        for topic in ("orders", "orders", "products"):
            reporter.happened(Held(topic=topic, place=f"{topic}[0]@6", fields=("new",), reason="new"))
        reporter.happened(retrying(1))
        found = numbers(page("/metrics")[1])
    expected = {
        "streamplan_read_records_total": 6,
        "streamplan_read_bytes_total": 600,
        "streamplan_lag_bytes": 40,
        "streamplan_events_total|shop.orders": 12,
        "streamplan_batches_total|shop.orders": 2,
        "streamplan_rows_upserted_total|shop.orders": 6,
        "streamplan_rows_deleted_total|shop.orders": 1,
        "streamplan_truncates_total|shop.orders": 1,
        "streamplan_quarantined_records_total|X924": 1,
        "streamplan_held_topics": 2,
        "streamplan_retries_total|X952": 1,
        "streamplan_retrying": 1,
        "streamplan_commit_seconds_count": 2,
        "streamplan_commit_seconds_bucket|0.5": 2,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert found[f"streamplan_plan_info|{PLAN.connector}|2"] == 1
    assert found["streamplan_last_commit_timestamp_seconds|shop.orders"] > 0


def test_a_recovery_ends_the_retrying():
    with served() as (reporter, page):
        reporter.happened(retrying(5))
        reporter.happened(Recovered(attempts=6))
        assert numbers(page("/metrics")[1])["streamplan_retrying"] == 0


@pytest.mark.parametrize(
    ("happenings", "answer"),
    [
        ([], (200, "ok\n")),
        ([retrying(1), retrying(2)], (200, "ok\n")),
        ([retrying(3)], (503, "failed 3 times of 8: X952 lost\n")),
        ([retrying(3), Recovered(attempts=4)], (200, "ok\n")),
        ([Held(topic="t", place="t[0]@1", fields=("n",), reason="new")], (200, "ok\n")),
    ],
    ids=["it starts", "it is tried again", "it fails for long", "it works again", "a topic is held"],
)
def test_a_run_is_unwell_while_the_warehouse_fails_for_long_and_not_when_a_topic_is_held(happenings, answer):
    with served() as (reporter, page):
        for what in happenings:
            reporter.happened(what)
        assert page("/healthz") == answer


def test_other_pages_are_not_there():
    with served() as (_, page):
        assert page("/") == (404, "/metrics or /healthz\n")


def test_an_address_that_is_taken_is_named():
    with (
        serving(HERE, 0, Metrics(PLAN), Health()) as port,
        pytest.raises(StopError, match=f"cannot serve metrics at {HERE}:{port}") as caught,
        serving(HERE, port, Metrics(PLAN), Health()),
    ):
        pass
    assert caught.value.code == "X904"


def test_a_port_is_free_again_when_the_run_is_over():
    with serving(HERE, 0, Metrics(PLAN), Health()) as port:
        pass
    with serving(HERE, port, Metrics(PLAN), Health()) as again:
        assert again == port
