"""The numbers of system calls, by name, on the machines whose calls can be filtered.

Of the two numbers the first is x86-64's (``asm/unistd_64.h``), the second arm64's (``asm-generic/unistd.h``); None
where the machine has no such call. Calls above ``NEWEST`` are newer than this list.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

Numbers = dict[str, tuple[int | None, int | None]]

NEWEST: Final = 456  # futex_requeue
X32: Final = 0x40000000  # from here on x86-64 counts the calls of its 32-bit programs

# Sockets: what is left is the connection that the process was given.
NETWORK: Final[Numbers] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
}

# Other programs and processes.
PROGRAMS: Final[Numbers] = {
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "uselib": (134, None),
}

# The memory, the descriptors, the limits and the speed of other processes.
OTHERS: Final[Numbers] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "get_robust_list": (274, 100),
}

# Mounts and namespaces.
NAMESPACES: Final[Numbers] = {
    "mount": (165, 40),
    "umount2": (166, 39),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
}

# What Landlock leaves open of files: modes, owners, times, attributes, watching, handles.
FILES: Final[Numbers] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
}

# Memory and messages that outlive a process, or that its limits do not count.
SHARED_MEMORY: Final[Numbers] = {
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}

# The kernel's less trodden doors.
KERNEL: Final[Numbers] = {
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_setup": (206, 0),
    "io_submit": (209, 2),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "lookup_dcookie": (212, 18),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "personality": (135, 92),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "nfsservctl": (180, 42),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "sysfs": (139, None),
    "ustat": (136, None),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
}

# Calls that are looked into, or that are answered as if the kernel did not have them.
WATCHED: Final[Numbers] = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_tgsigqueueinfo": (297, 240),
    "prlimit64": (302, 261),
    "sendto": (44, 206),
    "prctl": (157, 167),
    "ioctl": (16, 29),
    "sched_setaffinity": (203, 122),
    "setpriority": (141, 140),
}

REFUSED: Final[Numbers] = NETWORK | PROGRAMS | OTHERS | NAMESPACES | FILES | SHARED_MEMORY | KERNEL


def refused(needs: Collection[str]) -> Numbers:
    """What is refused to a process that ``needs`` to start "processes", to use the "network", or nothing of both."""
    granted: Numbers = {}
    if "processes" in needs:
        granted |= PROGRAMS
    if "network" in needs:
        granted |= NETWORK
    return {name: numbers for name, numbers in REFUSED.items() if name not in granted}
