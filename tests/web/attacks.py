"""A plugin that attacks: the engine loads it in the process that forks, and each attack is a task of a confined child.

An attack that succeeds returns what it got; one that is refused raises OSError, LookupError where there is nothing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

Spec = dict[str, Any]
ATTACKS: dict[str, Callable[[Spec], Any]] = {}
NEED_ROOT = {"read_shadow", "mount", "unshare_mounts", "setns", "chroot", "open_by_handle", "swap_off", "make_device"}
NEVER_PLAIN = {
    "see_a_secret",
    "find_a_descriptor",
    "fall_out_of_limits",
    "use_x32",
    "kill_all",
    "swap_off",
    "open_many_descriptors",
}
_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def attack(function: Callable[[Spec], Any]) -> Callable[[Spec], Any]:
    ATTACKS[function.__name__] = function
    return function


def called(number: int, *arguments: Any) -> int:
    words = [ctypes.c_ulong(word) if isinstance(word, int) else word for word in arguments]
    return checked(int(_libc.syscall(ctypes.c_long(number), *words)))


def checked(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


# --- files ---


@attack
def read_another_tenants_file(spec: Spec) -> Any:
    return Path(spec["other"]).read_bytes()[:9].decode()


@attack
def read_it_through_proc(spec: Spec) -> Any:
    return Path(f"/proc/self/root{spec['other']}").read_bytes()[:9].decode()


@attack
def list_other_tenants(spec: Spec) -> Any:
    return os.listdir(Path(spec["other"]).parent)


@attack
def read_the_database(spec: Spec) -> Any:
    return Path(spec["database"]).read_bytes()[:9].decode()


@attack
def read_passwd(_spec: Spec) -> Any:
    return Path("/etc/passwd").read_text()[:9]


@attack
def read_shadow(_spec: Spec) -> Any:
    return Path("/etc/shadow").read_text()[:4]


@attack
def list_the_system(_spec: Spec) -> Any:
    return os.listdir("/")


@attack
def write_outside(spec: Spec) -> Any:
    return Path(spec["data"], "tmp", "planted").write_text("x")


@attack
def write_in_tmp(spec: Spec) -> Any:
    return Path("/tmp", f"velocity-planted-{spec['mark']}").write_text("x")


@attack
def change_its_input(spec: Spec) -> Any:
    with open(spec["input"], "r+b") as file:
        return file.write(b"P")


@attack
def empty_its_input(spec: Spec) -> Any:
    return os.close(os.open(spec["input"], os.O_RDONLY | os.O_TRUNC))


@attack
def truncate_another_file(spec: Spec) -> Any:
    return os.truncate(spec["victim"], 1)


@attack
def remove_another_file(spec: Spec) -> Any:
    return os.unlink(spec["victim"])


@attack
def open_another_file_to_all(spec: Spec) -> Any:
    return os.chmod(spec["other"], 0o666)


@attack
def open_its_input_to_all(spec: Spec) -> Any:
    with open(spec["input"], "rb") as file:
        return os.fchmod(file.fileno(), 0o666)


@attack
def give_away_a_file(spec: Spec) -> Any:
    return os.chown(spec["other"], os.getuid(), os.getgid())


@attack
def make_another_file_look_old(spec: Spec) -> Any:
    return os.utime(spec["other"], (0, 0))


@attack
def watch_for_uploads(spec: Spec) -> Any:
    return checked(_libc.inotify_add_watch(checked(_libc.inotify_init1(0)), spec["data"].encode(), 0xFFF))


@attack
def link_out_by_symlink(spec: Spec) -> Any:
    return os.symlink(spec["other"], Path(spec["folder"], "symlink"))


@attack
def link_out_by_hard_link(spec: Spec) -> Any:
    return os.link(spec["other"], Path(spec["folder"], "hard"))


@attack
def move_a_file_out(spec: Spec) -> Any:
    own = Path(spec["folder"], "own")
    own.write_bytes(b"x")
    return os.rename(own, Path(spec["data"], "renders", "planted.mp4"))


@attack
def make_a_pipe(spec: Spec) -> Any:
    return os.mkfifo(Path(spec["folder"], "pipe"))


@attack
def make_device(spec: Spec) -> Any:
    return os.mknod(Path(spec["folder"], "null"), 0o020666, os.makedev(1, 3))


@attack
def open_by_handle(spec: Spec) -> Any:
    handle = (ctypes.c_char * 136)()
    ctypes.cast(handle, ctypes.POINTER(ctypes.c_uint))[0] = 128
    mount = ctypes.c_int()
    path = spec["other"].encode()
    return called(spec["calls"]["name_to_handle_at"], -100, path, handle, ctypes.byref(mount), 0)


@attack
def write_a_large_file(spec: Spec) -> Any:
    with open(Path(spec["folder"], "large"), "wb") as file:
        for _ in range(5):
            file.write(bytes(1 << 20))
            file.flush()
    return "5 MiB"


@attack
def open_many_descriptors(_spec: Spec) -> Any:
    return len([os.open("/dev/null", os.O_RDONLY) for _ in range(1100)])


@attack
def fall_out_of_limits(_spec: Spec) -> Any:
    names = ("RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_CPU")
    for name in names:
        try:
            resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (ValueError, OSError):
            continue
        return name
    raise LookupError("every limit stays")


# --- secrets, other processes ---


@attack
def see_a_secret(spec: Spec) -> Any:
    places = [str(dict(os.environ))]
    with suppress(PermissionError):  # a process that cannot be traced reads its own as root alone
        places.append(Path("/proc/self/environ").read_text())
    if any(secret in place for secret in spec["secrets"] for place in places):
        return "a secret"
    raise LookupError("no secret")


@attack
def read_the_parents_environment(_spec: Spec) -> Any:
    return len(Path(f"/proc/{os.getppid()}/environ").read_bytes())


@attack
def read_the_servers_environment(spec: Spec) -> Any:
    return len(Path(f"/proc/{spec['server']}/environ").read_bytes())


@attack
def read_the_parents_memory(_spec: Spec) -> Any:
    parent = f"/proc/{os.getppid()}"
    with open(f"{parent}/maps") as maps, open(f"{parent}/mem", "rb") as memory:
        memory.seek(int(maps.readline().split("-")[0], 16))
        return len(memory.read(16))


@attack
def read_memory_by_call(spec: Spec) -> Any:
    class Piece(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    held = ctypes.create_string_buffer(8)
    local, remote = Piece(ctypes.addressof(held), 8), Piece(spec["address"], 8)
    pid = spec["server"]
    return called(spec["calls"]["process_vm_readv"], pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)


@attack
def trace(spec: Spec) -> Any:
    return called(spec["calls"]["ptrace"], 16, spec["bystander"], 0, 0)


@attack
def kill_the_parent(_spec: Spec) -> Any:
    return os.kill(os.getppid(), 0)


@attack
def kill_a_bystander(spec: Spec) -> Any:
    return os.kill(spec["bystander"], 0)


@attack
def kill_all(_spec: Spec) -> Any:
    return os.kill(-1, 0)


@attack
def kill_by_descriptor(spec: Spec) -> Any:
    return signal.pidfd_send_signal(os.pidfd_open(spec["bystander"]), 0)


@attack
def slow_another(spec: Spec) -> Any:
    return os.setpriority(os.PRIO_PROCESS, spec["bystander"], 19)


@attack
def pin_another(spec: Spec) -> Any:
    return os.sched_setaffinity(spec["bystander"], {min(os.sched_getaffinity(0))})


@attack
def limit_another(spec: Spec) -> Any:
    return resource.prlimit(spec["bystander"], resource.RLIMIT_CORE, (0, 0))


@attack
def outlive_the_parent(_spec: Spec) -> Any:
    return checked(_libc.prctl(1, 0, 0, 0, 0))


@attack
def find_a_descriptor(spec: Spec) -> Any:
    found = {int(name): os.readlink(f"/proc/self/fd/{name}") for name in spec["numbers"] if _is_open(name)}
    strange = {
        number: what
        for number, what in found.items()
        if number > 2 and not what.startswith("socket:") and "/proc/" not in what
    }
    sockets = [what for what in found.values() if what.startswith("socket:")]
    if strange or len(sockets) > 1:
        return str(found)
    raise LookupError("only its own")


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


# --- programs ---


@attack
def execute(_spec: Spec) -> Any:
    os.execv("/bin/true", ["true"])


@attack
def execute_from_its_folder(spec: Spec) -> Any:
    program = Path(spec["folder"], "program")
    with open(os.open(program, os.O_WRONLY | os.O_CREAT, 0o700), "w") as file:
        file.write("#!/bin/sh\n")
    os.execv(program, ["program"])


@attack
def spawn(_spec: Spec) -> Any:
    return os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)[1]


@attack
def run_by_shell(_spec: Spec) -> Any:
    if os.system("exit 7") != 7 << 8:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    return "run"


@attack
def run_by_subprocess(_spec: Spec) -> Any:
    return subprocess.run(["/bin/true"], check=True).returncode


@attack
def fork(_spec: Spec) -> Any:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return os.waitpid(pid, 0)[1]


# --- network ---


@attack
def connect_by_tcp(spec: Spec) -> Any:
    with socket.create_connection(("127.0.0.1", spec["tcp"]), 5) as connection:
        return connection.getpeername()


@attack
def listen_by_tcp(_spec: Spec) -> Any:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()


@attack
def send_by_udp(spec: Spec) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"x", ("127.0.0.1", spec["udp"]))


@attack
def bind_by_udp(_spec: Spec) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        return receiver.getsockname()


@attack
def connect_to_a_unix_socket(spec: Spec) -> Any:
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect(spec["unix"])


@attack
def connect_to_an_abstract_socket(spec: Spec) -> Any:
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect("\0" + spec["abstract"])


@attack
def send_from_a_pair(spec: Spec) -> Any:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        return one.sendto(b"x", spec["datagram"])


@attack
def talk_to_the_kernel(_spec: Spec) -> Any:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        return netlink.fileno()


# --- the kernel ---


@attack
def mount(spec: Spec) -> Any:
    return checked(_libc.mount(b"none", spec["folder"].encode(), b"tmpfs", 0, None))


@attack
def unshare_mounts(spec: Spec) -> Any:
    return called(spec["calls"]["unshare"], 0x00020000)


@attack
def make_a_user_namespace(spec: Spec) -> Any:
    return called(spec["calls"]["unshare"], 0x10000000)


@attack
def setns(spec: Spec) -> Any:
    return called(spec["calls"]["setns"], os.open("/proc/self/ns/mnt", os.O_RDONLY), 0)


@attack
def chroot(spec: Spec) -> Any:
    return os.chroot(spec["folder"])


@attack
def swap_off(spec: Spec) -> Any:
    return called(spec["calls"]["swapoff"], b"/nowhere")


@attack
def set_up_io_uring(spec: Spec) -> Any:
    return called(spec["calls"]["io_uring_setup"], 4, (ctypes.c_char * 120)())


@attack
def catch_page_faults(spec: Spec) -> Any:
    return called(spec["calls"]["userfaultfd"], 1)


@attack
def use_the_key_ring(spec: Spec) -> Any:
    return called(spec["calls"]["add_key"], b"user", b"velocity", b"x", 1, ctypes.c_int(-2))


@attack
def make_shared_memory(spec: Spec) -> Any:
    return called(spec["calls"]["shmget"], 0, 4096, 0o1600)


@attack
def make_a_file_in_memory(_spec: Spec) -> Any:
    return os.memfd_create("velocity")


@attack
def use_x32(spec: Spec) -> Any:
    return called(0x40000000 | 39)


def run(spec: Spec) -> dict[str, Any]:
    """The task: what the attack got, or how it was refused."""
    try:
        return {"got": str(ATTACKS[spec["attack"]](spec))}
    except (OSError, LookupError) as error:
        return {"refused": errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)}


def enlist() -> None:
    from pydantic import ConfigDict

    from velocity_web.processes import tasks
    from velocity_web.processes.assignments import Assignment

    class Attack(Assignment):
        model_config = ConfigDict(extra="allow")

    def attack_task(told: Attack, _send: Any) -> dict[str, Any]:
        return run(told.model_extra or {})

    tasks.TASKS["attack"] = (Attack, attack_task)
