"""The demo and a full disk: what a first user sees, and what a user sees when the machine gives out."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import rig
from streamplan.runtime.disk import load

MAIN = "from streamplan.runtime.cli import main; main()"
DEMO = Path(__file__).parent.parent / "sandbox" / "demo" / "shop.jsonl.gz"


def test_the_demo_ends_with_every_cell_equal(tmp_path: Path):
    command = [sys.executable, "-c", MAIN, "demo"]
    found = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert "all 4,683 cells equal" in found.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_plan_as_it_was(tmp_path: Path):
    spec = rig.shop_spec(tmp_path)
    rig.observe_file(spec, DEMO, ("shop.shop.*",))
    before = rig.compile_plan(spec, tmp_path / "plan")
    spec.write_text(spec.read_text().replace("truncates: apply", "truncates: ignore"))
    found = subprocess.run(
        [sys.executable, "-c", MAIN, "compile", "shop.yaml", "--out", "plan"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert found.returncode == 1
    assert "error X903: File too large" in found.stderr
    assert load(tmp_path / "plan") == before
