"""Runs the program and prints the most memory that the process ever had, in KiB, as the last line of standard error."""

from __future__ import annotations

import sys
from pathlib import Path

from streamplan.runtime.cli import run

if __name__ == "__main__":
    code = run(sys.argv[1:])
    status = Path("/proc/self/status").read_text(encoding="ascii")  # ru_maxrss would count what forked us
    sys.stderr.write(status.split("VmHWM:")[1].split("kB")[0].strip() + "\n")
    sys.exit(code)
