"""Files of the data folder in the hands of the user that a child becomes (``VELOCITY_RUN_AS``).

The data folder belongs to the service alone. What a child may read is opened to that user's group when the child is
started, what it writes is given to the user; other files, and the lists of what there is, stay closed. Nothing is done
where children stay the service's own user, unless that is root: root has no more rights than others in a child, and
must own what it reads.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from velocity_web.processes.sandbox.confinement import Limits

GROUP_READS, GROUP_ENTERS = stat.S_IRGRP, stat.S_IXGRP


def lend(limits: Limits) -> None:
    """Raises OSError when a file cannot be lent, and KeyError when there is no such user. What is not there is passed
    over: the child says so."""
    if os.getuid() != 0:
        return
    lend_to_read(limits.reads, limits.run_as)
    user = _user(limits.run_as)
    for path in limits.writes:
        os.chown(path, user.pw_uid, user.pw_gid)


def lend_to_read(paths: Iterable[str], run_as: str) -> None:
    """Raises as ``lend`` does."""
    if os.getuid() != 0:
        return
    user = _user(run_as)
    for path in paths:
        with suppress(FileNotFoundError):
            _open_to(path, user, GROUP_READS | (GROUP_ENTERS if os.path.isdir(path) else 0))


def open_folders(data: Path, names: tuple[str, ...], run_as: str) -> None:
    """Let the user pass through the data folder and those folders in it, without seeing what they hold."""
    if os.getuid() == 0:
        user = _user(run_as)
        for folder in (data, *(data / name for name in names)):
            with suppress(FileNotFoundError):
                _open_to(str(folder), user, GROUP_ENTERS)


def take_back(path: Path) -> None:
    """A finished file belongs to the service."""
    if os.getuid() == 0:
        os.chown(path, 0, 0)


def closed_on_the_way(data: Path, run_as: str) -> list[Path]:
    """The folders above ``data`` that the user cannot pass through."""
    if os.getuid() != 0 or not run_as:
        return []
    user = pwd.getpwnam(run_as)
    return [folder for folder in data.resolve().parents if not _passes(folder.stat(), user)]


def _user(run_as: str) -> pwd.struct_passwd:
    return pwd.getpwnam(run_as) if run_as else pwd.getpwuid(0)


def _passes(found: os.stat_result, user: pwd.struct_passwd) -> bool:
    if found.st_uid == user.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == user.pw_gid else stat.S_IXOTH))


def _open_to(path: str, user: pwd.struct_passwd, rights: int) -> None:
    found = os.stat(path)
    if found.st_uid == user.pw_uid:
        return
    if found.st_gid != user.pw_gid:
        os.chown(path, -1, user.pw_gid)
    mode = stat.S_IMODE(found.st_mode)
    if mode & rights != rights:
        os.chmod(path, mode | rights)
