"""The process of one task: `python -m streamplan.runtime.worker run PLAN --task N …`, started by `tasks.py` alone.

Its standard input is a pipe that nothing is written to. It ends when the process that started the task is gone, however
that came, and the task then finishes as after SIGTERM. **A fault of the program has an exit code of its own.**
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from threading import Thread

from .cli import run
from .tasks import CRASHED

_STANDARD_INPUT = 0


def _watch() -> None:
    """Waits until nobody holds the other end; reads past what is buffered, which would block the interpreter's end."""
    while os.read(_STANDARD_INPUT, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """The entry point."""
    Thread(target=_watch, name="watch", daemon=True).start()
    try:
        code = run(sys.argv[1:])
    except Exception:  # noqa: BLE001 - whatever it is, it is told, and the task is started again
        traceback.print_exc()
        code = CRASHED
    sys.exit(code)


if __name__ == "__main__":
    main()
