"""What a spec says of Kafka: its defaults, what becomes of it in the plan, and what cannot stand there."""

from __future__ import annotations

import json

import pytest
from streamplan.compiler.diagnostic import CompileError
from streamplan.compiler.source import parse_source
from streamplan.compiler.spec import Spec
from streamplan.compiler.spec_reading import parse_spec
from streamplan.runtime.kafka import subscription
from streamplan.runtime.plan import KafkaSettings, Start

DESTINATION = {"host": "h", "user": "u", "password": "${P}", "database": "dev", "schema": "shop"}


def parsed(kafka: dict | None = None, **more) -> Spec:
    source = (
        {"kafka": {"topics": ["shop.*"], **kafka}} if kafka is not None else {"files": {"path": "e", "topics": ["*"]}}
    )
    spec = {"connector": "shop", "source": source, "destination": DESTINATION, **more}
    return parse_spec(parse_source(json.dumps(spec), "spec.yaml"))


def refused(kafka: dict | None = None, **more) -> list[tuple[str, str]]:
    with pytest.raises(CompileError) as caught:
        parsed(kafka, **more)
    return [(problem.code, problem.message) for problem in caught.value.diagnostics]


def test_brokers_and_group_have_names_that_need_no_thought():
    assert parsed({}).kafka == KafkaSettings(brokers="${KAFKA_BROKERS}", group="streamplan-shop")


def test_settings_of_the_client_are_texts_as_librdkafka_writes_them():
    settings = {"session.timeout.ms": 6000, "check.crcs": True, "sasl.password": "${PASSWORD}"}
    found = parsed({"settings": settings, "start": "latest", "instance": "${HOSTNAME}"}).kafka
    texts = {"session.timeout.ms": "6000", "check.crcs": "true", "sasl.password": "${PASSWORD}"}
    assert (found.settings, found.start, found.instance) == (texts, Start.LATEST, "${HOSTNAME}")


@pytest.mark.parametrize("name", ["sasl.password", "ssl.key.password", "ssl.key.pem", "sasl.oauthbearer.client.secret"])
def test_a_secret_that_stands_in_the_spec_is_refused(name: str):
    ((code, message),) = refused({"settings": {name: "hunter2"}})
    assert code == "S204"
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "name", ["group.id", "bootstrap.servers", "enable.auto.commit", "partition.assignment.strategy"]
)
def test_a_setting_that_streamplan_makes_itself_is_refused(name: str):
    assert refused({"settings": {name: "x"}}) == [("S205", f'streamplan sets "{name}" itself')]


def test_a_record_that_cannot_be_taken_in_must_go_somewhere():
    assert refused({}, quarantine={"warehouse": False}) == [
        ("S205", "a record that cannot be taken in has nowhere to go")
    ]


def test_a_topic_for_quarantine_needs_the_brokers_of_the_source():
    assert refused(None, quarantine={"kafka_topic": "dead"}) == [
        ("S205", "kafka_topic needs the brokers of source.kafka, and the source is files")
    ]


def test_a_topic_for_quarantine_is_none_of_the_sources():
    assert refused({}, quarantine={"kafka_topic": "shop.dead"}) == [
        ("S205", 'the source would read "shop.dead" again, which its topics match')
    ]


def test_a_pattern_is_an_expression_and_a_name_stays_a_name():
    assert subscription(["shop.orders", "shop.*", "a?[!b]"]) == ["shop.orders", r"^shop\..*$", "^a.[^b]$"]


def test_a_run_has_one_task_unless_the_spec_says_more():
    assert (parsed({}).tasks, parsed({}, ingestion={"tasks": 4}).tasks) == (1, 4)


@pytest.mark.parametrize("tasks", [0, 65, 1.5, "2"])
def test_tasks_are_a_number_from_1_to_64(tasks: object):
    assert [code for code, _ in refused({}, ingestion={"tasks": tasks})] == ["S204"]


def test_files_are_not_shared_by_tasks():
    assert refused(None, ingestion={"tasks": 2}) == [
        ("S205", "tasks share the partitions of source.kafka, and the source is files")
    ]
