"""What holds of every look at real events, in whatever order they come and however often one looks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
import shop
from generated import bounded
from hypothesis import given
from hypothesis import strategies as st
from streamplan.compiler.observe import Sample, observe
from streamplan.compiler.observed import Observed, read_observed, save, written

FORMS = ("schemas", "noschema", "unwrap_schemas", "unwrap_tombstone_noschema")
TOPICS = ("shop.shop.*",)


def sample(line: str) -> Sample:
    event = json.loads(line)
    raw = {part: None if event[part] is None else json.dumps(event[part]).encode() for part in ("key", "value")}
    return Sample(topic=event["topic"], partition=event["partition"], offset=event["offset"], **raw)


def telling(lines: Iterable[str], most: int = 3) -> list[Sample]:
    """The first events of each topic and layout: those that a look can learn something from."""
    found: dict[object, list[Sample]] = {}
    for line in lines:
        value = json.loads(line)["value"] or {}
        row = value.get("payload", value)
        row = row.get("after", row) if isinstance(row, dict) else {}
        layout = (
            json.dumps(value.get("schema")),
            tuple(row or ()),
            [type(item).__name__ for item in (row or {}).values()],
        )
        some = found.setdefault(str(layout), [])
        if len(some) < most:
            some.append(sample(line))
    return [one for some in found.values() for one in some]


EVENTS = {form: telling(shop.lines(form)) for form in FORMS}


@st.composite
def some_events(draw) -> list[Sample]:
    """Some events of one form in the order in which they were sent."""
    events = EVENTS[draw(st.sampled_from(FORMS))]
    numbers = draw(st.lists(st.integers(0, len(events) - 1), max_size=12, unique=True))
    return sorted((events[n] for n in numbers), key=lambda one: (one.topic, one.partition, one.offset))


def looked(events: Iterable[Sample], before: Observed | None = None) -> Observed:
    return observe(events, TOPICS, before or Observed()).observed


def told(observed: Observed) -> dict[str, object]:
    """What is known of every field but which type came first and what came last."""
    return {
        f"{topic.topic} {field.field}": ({field.kind, *field.was, *field.became}, field.optional)
        for topic in observed.topics
        for field in (*topic.key, *topic.value)
    }


@bounded(100)
@given(some_events())
def test_what_was_observed_is_read_back_as_it_was(events: list[Sample]):
    found = looked(events)
    with tempfile.TemporaryDirectory() as name:
        save(found.topics, Path(name))
        assert read_observed(Path(name)) == found
        assert save(read_observed(Path(name)).topics, Path(name)) == []


@bounded(100)
@given(some_events(), st.data())
def test_looking_in_several_goes_tells_what_one_look_tells(events: list[Sample], data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=3)))
    found = Observed()
    for begin, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        found = looked(events[begin:end], found)
    assert written(found.topics) == written(looked(events).topics)


@bounded(100)
@given(some_events(), st.randoms(use_true_random=False))
def test_the_same_fields_and_types_are_known_whatever_came_first(events: list[Sample], random):
    shuffled = events[:]
    random.shuffle(shuffled)
    assert told(looked(shuffled)) == told(looked(events))


@bounded(100)
@given(some_events())
def test_looking_again_at_what_was_seen_changes_no_byte(events: list[Sample]):
    once = looked(events)
    assert written(looked(events, once).topics) == written(once.topics)


@pytest.mark.parametrize("form", FORMS)
def test_the_events_that_are_looked_at_here_hold_every_kind_of_change(form: str):
    fields = [field for topic in looked(EVENTS[form]).topics for field in topic.value]
    assert any(field.vanished for field in fields)
    assert any(field.was or field.became for field in fields)
