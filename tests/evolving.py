"""A connector of the shop whose schema evolves: what a user does with it, step by step, in a folder and a warehouse."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import rig
import shop
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.evolve import Evolving, pull
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.plan import Plan
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.settings import with_hash_salt
from streamplan.runtime.tally import Summary

TOPICS = ("shop.shop.*",)
LOADER = "streamplan_loader"


class Connector:
    """A spec, its observed schemas, its plan, and proposals, in a folder; its warehouse at an address."""

    def __init__(self, folder: Path, address: Any, policy: str, form: str = "schemas", tables: str = "") -> None:
        self.folder, self.address, self.form = folder, address, form
        changes = {"schema_evolution": policy, "database": address.database, "format": shop.FORMATS[form]}
        self.spec = rig.shop_spec(folder, **changes)
        self.spec.write_text(self.spec.read_text() + tables)
        self.out, self.proposals = folder / "plan", folder / "proposals"
        self.loader = replace(address, user=LOADER)

    @property
    def plan(self) -> Plan:
        """The plan on disk."""
        return load(self.out)

    def observe(self, phase: str) -> None:
        """Observes the events up to the end of a phase."""
        rig.observe_file(self.spec, shop.write(self.folder / "seen.jsonl", self.form, phase), TOPICS)

    def release(self, *allowed: str) -> Plan:
        """Compiles and applies."""
        plan = rig.compile_plan(self.spec, self.out)
        rig.apply_plan(plan, self.address, *allowed)
        return plan

    def run(self, events: Path) -> Summary:
        """Runs the plan on disk by the loader's account, over a file of events to its end."""
        plan = self.plan
        with (
            rig.warehouse_of(plan, self.loader) as connection,
            FileSource(str(events)) as source,
            Evolving(self.out, plan, self.spec, connection, self.proposals, prepared) as evolver,
        ):
            return Run(evolver.begin(), source, connection, SystemClock(), Silent(), evolver).go(Until.END)

    def run_to(self, phase: str) -> Summary:
        """Runs over the events up to the end of a phase."""
        return self.run(shop.write(self.folder / "events.jsonl", self.form, phase))

    def pull(self) -> list[int]:
        """Pulls what runs made; the versions."""
        plan = self.plan
        with rig.warehouse_of(plan, self.loader) as connection:
            return [made.version for made in pull(self.out, plan, self.spec, connection)]

    def commit_proposal(self) -> None:
        """Takes the proposal's observed schemas over."""
        for path in (self.proposals / "observed").iterdir():
            shutil.copy(path, self.spec.parent / "observed" / path.name)


def prepared(plan: Plan) -> Plan:
    return with_hash_salt(plan, rig.SECRETS)
