"""A fresh broker for each test that asks, of each kind."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from brokers import NOIDA, PACKAGES, Broker


@pytest.fixture
def broker(request, tmp_path):
    """A broker that has just started, of the kind that the test is run on."""
    made = Broker(getattr(request, "param", NOIDA), tmp_path / "broker")
    made.start()
    yield made
    made.stop()


def pytest_generate_tests(metafunc):
    """A test runs on both brokers, but for one that lacks what it asks for, or is not installed."""
    if "broker" not in metafunc.fixturenames:
        return
    lacks = {mark.args[0]: mark.args[1] for mark in metafunc.definition.iter_markers("lacking")}
    metafunc.parametrize("broker", [pytest.param(kind, marks=_marks(kind, lacks)) for kind in PACKAGES], indirect=True)


def _marks(kind, lacks):
    if find_spec(PACKAGES[kind]) is None:
        return [pytest.mark.skip(reason=f"{PACKAGES[kind]} is not installed")]
    return [pytest.mark.xfail(reason=lacks[kind], run=False)] if kind in lacks else []


def pytest_configure(config):
    config.addinivalue_line("markers", "lacking(broker, reason): what a broker cannot do that the test asks for")
