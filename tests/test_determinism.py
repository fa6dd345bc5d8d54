"""The same input gives the same bytes, in any locale, time zone, folder and hash seed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "golden"
COMPILE = "from streamplan.runtime.cli import main; main()"


@pytest.mark.parametrize("story", ["museum", "orders"])
def test_compiling_gives_the_same_bytes_in_any_locale_time_zone_folder_and_hash_seed(story: str, tmp_path: Path):
    golden = (GOLDEN / story / "01_create" / "plan" / "plan.sum").read_bytes()
    for number, (locale, zone) in enumerate(
        [("C", "UTC"), ("C.UTF-8", "Asia/Kathmandu"), ("tr_TR.UTF-8", "America/St_Johns")]
    ):
        folder = tmp_path / f"folder {number}"
        shutil.copytree(GOLDEN / story / "01_create", folder, ignore=shutil.ignore_patterns("plan"))
        environment = os.environ | {
            "LC_ALL": locale,
            "LANG": locale,
            "TZ": zone,
            "PYTHONHASHSEED": str(number),
            "USER": f"u{number}",
        }
        command = [sys.executable, "-c", COMPILE, "compile", "spec.yaml", "--out", "plan"]
        subprocess.run(command, check=True, cwd=folder, env=environment, capture_output=True)
        assert (folder / "plan" / "plan.sum").read_bytes() == golden


def test_a_plan_can_be_verified_without_streamplan():
    plan = GOLDEN / "museum" / "01_create" / "plan"
    for line in (plan / "plan.sum").read_text().splitlines():
        digest, _, path = line.partition("  ")
        assert hashlib.sha256((plan / path).read_bytes()).hexdigest() == digest


def test_no_path_of_this_machine_and_no_secret_is_in_a_plan():
    for path in GOLDEN.glob("*/*/plan/**/*"):
        if path.is_file():
            text = path.read_text()
            assert str(Path.cwd()) not in text
            assert "/home/" not in text
