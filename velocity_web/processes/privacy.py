"""What the service keeps to itself: its files, its memory, and the database's address on its command line."""

from __future__ import annotations

import ctypes
import os
import pwd
import stat
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import structlog

from velocity_web.processes import lending
from velocity_web.processes.sandbox import readable
from velocity_web.processes.sandbox.confinement import Confinement, confinement
from velocity_web.processes.sandbox.rights import hide_memory
from velocity_web.settings import Settings
from velocity_web.storage.files import CACHE, COPIES, FOLDERS

LENT = ("templates", "audio", "assets", "fonts", "tmp", CACHE, COPIES)
DATABASE_FILES = ("velocity.db", "velocity.db-wal", "velocity.db-shm")
OTHERS = stat.S_IRWXG | stat.S_IRWXO
LOG = structlog.get_logger("velocity.privacy")


def keep_private() -> None:
    """What this process writes from now on, and its memory, are for its own user alone."""
    os.umask(OTHERS)
    with suppress(OSError):
        hide_memory()


def close_folders(settings: Settings) -> None:
    """Close the data folder to other users, but for the way to what is lent to ``VELOCITY_RUN_AS``.

    Raises ValueError when there is no such user, or when it cannot reach the data folder.
    """
    check_user(settings)
    loose = OTHERS & ~(stat.S_IXGRP if os.getuid() == 0 else 0)
    if stat.S_IMODE(settings.data.stat().st_mode) & loose:
        try:
            _tighten(settings.data)
            LOG.warning("the data folder was open to other users and is closed to them now", folder=str(settings.data))
        except OSError as error:
            LOG.error("the data folder is open to other users and cannot be closed", fault=str(error))
    with suppress(PermissionError):
        lending.open_folders(settings.data, LENT, settings.run_as)


def _tighten(data: Path) -> None:
    for name in FOLDERS:
        if not (data / name).is_dir():  # an earlier version had fewer
            continue
        (data / name).chmod(stat.S_IRWXU)
        for entry in (data / name).iterdir():
            with suppress(FileNotFoundError):
                if entry.is_file() and not entry.is_symlink():
                    entry.chmod(stat.S_IRUSR | stat.S_IWUSR)
    for name in DATABASE_FILES:
        with suppress(FileNotFoundError):
            (data / name).chmod(stat.S_IRUSR | stat.S_IWUSR)
    data.chmod(stat.S_IRWXU)


def check_user(settings: Settings) -> None:
    """Raises ValueError when the user that renders is not there, or cannot reach the data folder."""
    if not settings.run_as or os.getuid() != 0:
        return
    try:
        pwd.getpwnam(settings.run_as)
    except KeyError:
        raise ValueError(f"VELOCITY_RUN_AS names a user that this machine does not have: {settings.run_as}") from None
    if closed := lending.closed_on_the_way(settings.data, settings.run_as):
        raise ValueError(
            f"the user {settings.run_as} of VELOCITY_RUN_AS cannot enter {closed[0]}, in which the data folder lies; "
            f"let others enter it (chmod o+x), or put the data folder elsewhere"
        )


def tell_confinement(settings: Settings, needs: Collection[str]) -> Confinement:
    """Print and log what render processes are kept from, with a warning that cannot be missed where they are root."""
    found = confinement(settings.run_as, needs)
    LOG.info("confinement", landlock=found.landlock, seccomp=found.seccomp, missing=list(found.missing))
    print(found.sentence(), flush=True)
    if os.getuid() == 0 and not settings.run_as:
        print(ROOT_WARNING, file=sys.stderr, flush=True)
    data = settings.data.resolve()
    for root in readable.roots():
        if data.is_relative_to(root):
            print(f"WARNING: render processes can read all of the data folder: it lies in {root}", file=sys.stderr)
    if os.getuid() != 0 and settings.run_as:
        LOG.warning("VELOCITY_RUN_AS has no effect: only root can become another user", run_as=settings.run_as)
    return found


ROOT_WARNING = """\
WARNING: Velocity runs as root, and so do the processes that open strangers' files.
WARNING: Set VELOCITY_RUN_AS to a user made for them, or run the service as a user of its own.\
"""


def hide_argument(secret: str) -> None:
    """Overwrite a command-line argument where the system shows it to every user (``ps``, ``/proc/PID/cmdline``)."""
    wanted = os.fsencode(secret)
    with suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
        begin, end = int(fields[45]), int(fields[46])
        shown = ctypes.string_at(begin, end - begin) if 0 < begin < end else b""
        found = shown.find(wanted) if wanted else -1
        while found >= 0:
            ctypes.memset(begin + found, ord("*"), len(wanted))
            found = shown.find(wanted, found + len(wanted))
