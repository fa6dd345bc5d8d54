"""Runs a connector under `auto` in a process of its own that kills itself with SIGKILL at a chosen point of its work.

`python killing_evolution.py FOLDER EVENTS POINT`: the folder holds spec, observed schemas and plan; at point 0 nothing
happens. At the end it prints how many points there were.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import msgspec
from killing import Killing
from streamplan.runtime.clock import SystemClock
from streamplan.runtime.disk import load
from streamplan.runtime.evolve import Evolving
from streamplan.runtime.files import FileSource
from streamplan.runtime.loop import Run
from streamplan.runtime.ports import Silent, Until
from streamplan.runtime.redshift import connected
from streamplan.runtime.settings import filled


def main(folder: str, events: str, point: str) -> None:
    out, spec = Path(folder) / "plan", Path(folder) / "shop.yaml"
    plan = load(out)
    settings = msgspec.structs.replace(plan.destination, database=os.environ["REDSHIFT_DATABASE"])
    with connected(filled(settings, os.environ)) as real:
        warehouse = Killing(real, int(point), [signal.SIGKILL], [])
        with FileSource(events) as source, Evolving(out, plan, spec, warehouse) as evolver:
            Run(evolver.begin(), source, warehouse, SystemClock(), Silent(), evolver).go(Until.END)
    sys.stdout.write(f"{warehouse.passed}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
