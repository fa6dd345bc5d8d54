"""The page on specs: it shows the schema as it is, its defaults are the compiler's, and its examples compile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamplan.compiler.api import compile_files
from streamplan.compiler.source import parse_source
from streamplan.compiler.spec_check import schema_text
from streamplan.compiler.spec_reading import parse_spec
from streamplan.compiler.specdoc import settings

ROOT = Path(__file__).parents[2]
NAMES = ("upsert", "history", "layout")
EXAMPLES = {f"{name}.yaml": ROOT / "specs" / "examples" / f"{name}.yaml" for name in NAMES}
MINIMAL = {
    "connector": "shop",
    "source": {"files": {"path": "events.jsonl", "topics": ["shop.*"]}},
    "destination": {"host": "h", "user": "u", "password": "${P}", "database": "dev", "schema": "shop"},
    "access": {"loader": "l"},
    "tables": {"NAME": {"columns": {"FIELD": {}}}},
}
DEFAULTS = {setting.place: setting.default for setting in settings() if setting.default is not None}


def parsed(spec: dict):
    return parse_spec(parse_source(json.dumps(spec), "spec.yaml"))


def spec_around(place: str) -> dict:
    """The minimal spec, with what the mapping around a setting needs."""
    spec = json.loads(json.dumps(MINIMAL))
    if place.startswith("destination.staging.s3."):
        spec["destination"]["staging"] = {"s3": {"prefix": "s3://bucket/streamplan/"}}
    if place.startswith("source.kafka."):
        spec["source"] = {"kafka": {"topics": ["shop.*"]}}
    return spec


def said(place: str, value: object) -> dict:
    """The same with one more setting."""
    spec = spec_around(place)
    *steps, last = place.split(".")
    inner = spec
    for step in steps:
        inner = inner.setdefault(step, {})
    inner[last] = value
    return spec


def places(node: object, schema: dict, place: str = "") -> set[str]:
    """Every key that a spec may have, as the schema says it; a table's own of the connector's settings left out."""
    node = {**schema["$defs"].get(node.get("$ref", "").rpartition("/")[2], {}), **node}
    found = {place} if place else set()
    for name, child in node.get("properties", {}).items():
        found |= places(child, schema, f"{place}.{name}".lstrip("."))
    if isinstance(node.get("additionalProperties"), dict):
        found |= places(node["additionalProperties"], schema, f"{place}.{'FIELD' if 'NAME' in place else 'NAME'}")
    return found


def test_every_setting_of_the_schema_stands_once_on_the_page():
    schema = json.loads(schema_text())
    shown = [setting.place for setting in settings()]
    inherited = {s.place.removeprefix("ingestion.") for s in settings() if s.inherited}
    assert len(shown) == len(set(shown))
    assert {*shown, *(f"tables.NAME.{name}" for name in inherited)} == places(schema, schema)


def test_every_setting_says_in_one_sentence_or_more_what_it_is():
    assert [setting.place for setting in settings() if not setting.says.endswith(".")] == []


@pytest.mark.parametrize("place", DEFAULTS)
def test_a_default_that_is_written_out_changes_nothing(place: str):
    assert parsed(said(place, DEFAULTS[place])) == parsed(spec_around(place))


def test_the_page_names_what_a_table_can_have_of_its_own():
    own = json.loads(schema_text())["$defs"]["table"]["properties"]
    tops = {s.place.split(".")[1] for s in settings() if s.inherited}
    assert tops == {s.place.split(".")[1] for s in settings() if s.place.startswith("ingestion.")} & {*own}


@pytest.mark.parametrize("path", EXAMPLES.values(), ids=NAMES)
def test_an_example_compiles(path: Path, tmp_path: Path):
    assert compile_files(path, tmp_path / "plan", strict=True).plan.tables


def test_the_examples_use_every_observed_schema_that_lies_beside_them(tmp_path: Path):
    plans = [compile_files(path, tmp_path / "plan").plan for path in EXAMPLES.values()]
    fed = {topic for plan in plans for table in plan.tables for topic in table.topics}
    assert fed == {path.stem for path in (ROOT / "specs" / "examples" / "observed").glob("*.json")}


def test_the_examples_make_the_tables_and_the_view_that_their_comments_promise(tmp_path: Path):
    models = {name: compile_files(path, tmp_path / name).model for name, path in EXAMPLES.items()}
    assert [table.id for table in models["layout.yaml"].tables] == ["raw_public.orders", "raw_public.sales_rates"]
    assert [table.id for table in models["upsert.yaml"].tables] == ["crm.customers", "crm.visits"]
    assert [view.id for view in models["history.yaml"].views] == ["bank.accounts_now"]
