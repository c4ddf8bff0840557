"""The confinement of one process: what it loses, in which order, and what the kernel here lacks of it."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from collections.abc import Collection
from dataclasses import dataclass

from velocity_web.processes.sandbox import landlock, readable, rights, seccomp
from velocity_web.processes.sandbox.libc import PR_SET_PDEATHSIG, prctl


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process.

    ``reads``: files and folders that it may read besides Python, libraries and fonts. ``sees``: such that are open to
    the user that it becomes already, and so are not lent. ``writes``: folders that it may write, the first one its
    folder for temporary files. ``file_bytes``: the largest file that it may write; 0: none. ``run_as``: the user that
    it becomes when the service runs as root. ``needs``: what an executor has to do besides, start "processes" or use
    the "network". All paths are absolute.
    """

    memory_bytes: int
    cpu_seconds: int
    nice: int
    run_as: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    file_bytes: int = 0
    needs: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confinement:
    """What is in force here: the kernel's version of Landlock, or None, and whether system calls are filtered.

    ``missing`` has a sentence for each thing that a taken-over render process could still do.
    """

    landlock: int | None
    seccomp: bool
    missing: tuple[str, ...]

    def sentence(self) -> str:
        files = f"Landlock {self.landlock}" if self.landlock else "no Landlock"
        calls = "seccomp" if self.seccomp else "no seccomp"
        lacks = f"; missing: {'; '.join(self.missing)}" if self.missing else ""
        return f"Render processes are confined by {files} and {calls}{lacks}"


def confinement(run_as: str, needs: Collection[str] = ()) -> Confinement:
    """What this kernel has, for a service that runs as the present user, with executors that have ``needs``."""
    version, filtered = landlock.abi(), seccomp.is_available()
    missing = []
    if version is None:
        missing.append("files: without Landlock (Linux 5.13) they can read and write all that their user can")
    elif version < 3:
        missing.append("files: without Landlock 3 (Linux 6.2) they can empty files that their user can write")
    if not filtered:
        missing.append("system calls: without seccomp, on x86-64 or arm64, they can start programs and use UDP")
        if version is None or version < 4:
            missing.append("network: without seccomp or Landlock 4 (Linux 6.7) they can use TCP")
        if version is None or version < 6:
            missing.append("signals: without seccomp or Landlock 6 (Linux 6.12) they can end processes of their user")
    if os.getuid() == 0 and not run_as:
        missing.append("a user of their own: they run as root, since VELOCITY_RUN_AS is not set")
    if "processes" in needs:
        missing.append("programs: for an executor they can start Python, which is confined as they are")
    if "network" in needs:
        missing.append("network: for an executor they can connect to any address that this machine reaches")
    return Confinement(version, filtered, tuple(missing))


def confine(limits: Limits, roots: tuple[str, ...], kept: int) -> None:
    """Take from this process, which has one thread, all that its task does not need.

    Only standard streams and the descriptor ``kept`` stay open. Raises OSError, KeyError: then it must not go on.
    """
    die_with_parent()
    os.umask(0o077)
    os.nice(limits.nice)
    os.closerange(3, kept)
    os.closerange(kept + 1, 1 << 20)
    version, machine = landlock.abi(), seccomp.this_machine() if seccomp.is_available() else None
    rules = None if version is None else _ruleset(version, limits, roots)
    _lower_limits(limits)
    _use_folder(limits)
    rights.drop_bounding_set()
    if limits.run_as and os.getuid() == 0:
        rights.become(limits.run_as)
        die_with_parent()
    rights.drop_capabilities()
    rights.gain_nothing()
    rights.hide_memory()
    if rules is not None:
        landlock.restrict(rules)
    if machine is not None:
        seccomp.install(machine, os.getpid(), limits.needs)


def die_with_parent() -> None:
    """A change of user undoes it. Ends this process where the parent is gone already."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        os._exit(1)


def _ruleset(version: int, limits: Limits, roots: tuple[str, ...]) -> int:
    connections = landlock.TCP_BIND if "network" in limits.needs else landlock.TCP_BIND_AND_CONNECT
    return landlock.ruleset(version, _granted(limits, roots), connections)


def _granted(limits: Limits, roots: tuple[str, ...]) -> list[tuple[str, int]]:
    own = f"/proc/{os.getpid()}"
    granted = [
        *((path, landlock.READ) for path in (*roots, own, *limits.reads, *limits.sees)),
        *((path, landlock.DEVICE) for path in readable.DEVICES),
        *((path, landlock.WRITE) for path in limits.writes),
    ]
    if "processes" in limits.needs:
        granted += [(path, landlock.PROGRAM) for path in readable.programs()]
        granted += [(path, landlock.LIST) for path in readable.listed()]
        granted += [(path, landlock.READ) for path in readable.kernels()]
    if "network" in limits.needs:
        granted += [(path, landlock.READ) for path in readable.NETWORK]
    return granted


def _lower_limits(limits: Limits) -> None:
    rights.limit(resource.RLIMIT_DATA, limits.memory_bytes)
    rights.limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    rights.limit(resource.RLIMIT_NOFILE, rights.MAX_FILES)
    rights.limit(resource.RLIMIT_NPROC, rights.MAX_THREADS)
    rights.limit(resource.RLIMIT_CORE, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))


def _use_folder(limits: Limits) -> None:
    """Temporary files go into the process's own folder; names without a folder lead nowhere."""
    os.chdir("/")
    if limits.writes:
        os.environ["TMPDIR"] = os.environ["HOME"] = tempfile.tempdir = limits.writes[0]
