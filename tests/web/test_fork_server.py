"""The forking parent ends quietly, whatever the other side left undone."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from web.support_service import PATIENCE, Service

from velocity_web.processes.environment import fork_server_environment


def test_a_parent_whose_words_were_never_read_ends_without_a_traceback() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "velocity_web.processes.fork_server", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=fork_server_environment(os.environ),
                stderr=subprocess.PIPE,
                text=True,
            )
        assert select.select([ours], [], [], PATIENCE)[0]
        assert "ready" in json.loads(ours.recv(4096, socket.MSG_PEEK))
    _out, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (0, "")


def test_a_service_that_is_stopped_ends_without_a_traceback(
    new_service: Callable[..., Service], tmp_path: Path
) -> None:
    service = new_service()
    assert service.process
    os.kill(service.process.pid, signal.SIGTERM)  # while its fork servers are starting
    assert service.wait() == 0
    assert "Traceback" not in (service.data / "server.log").read_text()
