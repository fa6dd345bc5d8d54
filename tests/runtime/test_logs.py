"""Log lines: one for each thing that happens, whatever its texts look like."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pytest
from streamplan.runtime.errors import WarehouseError
from streamplan.runtime.happenings import Committed, Held, Quarantined, Recovered, Retrying, Span
from streamplan.runtime.logs import Form, Logging
from streamplan.runtime.ports import Partition

COMMITTED = Committed(
    table="shop.orders",
    events=6,
    upserts=4,
    deletes=1,
    quarantined=1,
    truncated=0,
    spans=(Span(at=Partition("orders", 0), first=3, last=5), Span(at=Partition("orders", 1), first=0, last=2)),
    seconds=0.12345,
    version=2,
)
HAPPENINGS = [
    COMMITTED,
    Held(topic="orders", place="orders[0]@6", fields=("new",), reason='new field "new"\nof "text"'),
    Quarantined(place="orders[0]@4", code="X924", reason="too long: ü = ü"),
    Retrying(attempt=1, attempts=8, seconds=0.98765, code="X952", reason="lost"),
    Recovered(attempts=2),
]


def lines(form: Form, *happenings) -> list[str]:
    stream = io.StringIO()
    log = Logging(form, stream)
    for what in happenings:
        log.happened(what)
    assert stream.getvalue().endswith("\n")
    return stream.getvalue().splitlines()


def test_a_batch_is_a_line_of_json_with_all_that_one_asks_of_it():
    (line,) = lines(Form.JSON, COMMITTED)
    said = json.loads(line)
    assert datetime.fromisoformat(said.pop("timestamp")).utcoffset().total_seconds() == 0
    assert said == {
        "level": "info",
        "event": "committed",
        "table": "shop.orders",
        "events": 6,
        "upserts": 4,
        "deletes": 1,
        "truncated": 0,
        "quarantined": 1,
        "offsets": [
            {"topic": "orders", "partition": 0, "from": 3, "to": 5},
            {"topic": "orders", "partition": 1, "from": 0, "to": 2},
        ],
        "seconds": 0.123,
        "version": 2,
    }


def test_a_batch_is_a_line_of_text():
    (line,) = lines(Form.TEXT, COMMITTED)
    assert line.split(" ", 1)[1] == (
        "level=info event=committed table=shop.orders events=6 upserts=4 deletes=1 truncated=0 quarantined=1 "
        "offsets=orders[0]@3-5,orders[1]@0-2 seconds=0.123 version=2"
    )


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("what", HAPPENINGS, ids=lambda what: type(what).__name__)
def test_whatever_happens_is_one_line(what, form: Form):
    assert len(lines(form, what)) == 1


def test_levels_say_what_a_person_should_look_at():
    levels = [json.loads(line)["level"] for line in lines(Form.JSON, *HAPPENINGS)]
    assert levels == ["info", "warning", "warning", "warning", "info"]


def test_the_error_that_ends_a_run_is_a_line_too():
    stream = io.StringIO()
    Logging(Form.JSON, stream).failed(WarehouseError("X952", "lost", help="run it again"))
    said = json.loads(stream.getvalue())
    assert (said["event"], said["level"], said["code"], said["help"]) == ("failed", "error", "X952", "run it again")
