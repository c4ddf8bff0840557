"""What runs in a child process: one task, told by a JSON line, answering with JSON lines.

Answers are ``{"stage": ...}``, ``{"progress": {...}}`` and at the end ``{"result": {...}}`` or ``{"failed": reason}``.
Conversations read more than the first line, and have answers of their own.
A child that closes the connection without an end has crashed.
"""

from __future__ import annotations

import json
import resource
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

Send = Callable[[dict[str, Any]], None]
LINE_BYTES = 64 << 20
NEAR_LIMIT = 0.6  # what fails for want of memory has often given some of it back before it is asked


def load_engine() -> None:
    """Import what the tasks need, once, before the forks."""
    import velocity_engine as engine
    from velocity_web.jobs import analyse_process, check_process, form_process, render_process  # noqa: F401

    engine.warm_up()


def run(task: str, channel: socket.socket) -> int:
    """Do one task over ``channel``; gives the process's exit status."""
    import faulthandler

    import velocity_engine as engine
    from velocity_web.jobs import analyse_process, check_process, form_process, render_process

    faulthandler.enable(sys.stderr)
    known: dict[str, Callable[[dict[str, Any], Send], dict[str, Any]]] = {
        "render": render_process.render,
        "template": analyse_process.analyse_template,
        "audio": analyse_process.analyse_audio,
        "asset": analyse_process.analyse_asset,
        "preview": render_process.preview,
    }
    conversations: dict[str, Callable[[dict[str, Any], BinaryIO, Send], None]] = {
        "check": check_process.answer_questions,
        "form": form_process.read_form,
    }
    reader = channel.makefile("rb")
    spec = json.loads(reader.readline(LINE_BYTES))

    def send(message: dict[str, Any]) -> None:
        channel.sendall(json.dumps(message).encode() + b"\n")

    try:
        if task in conversations:
            conversations[task](spec, reader, send)
        else:
            send({"result": known[task](spec, send)})
    except engine.VelocityError as error:
        notes = [*getattr(error, "__notes__", ()), *_memory_note()]
        send({"failed": "; ".join([str(error), *notes])[:4000]})
    except MemoryError:
        send({"failed": "it needs more memory than one process may use"})
    except Exception as error:  # noqa: BLE001  # a fault of the engine's: the log has it, the job its name
        traceback.print_exc()
        send({"failed": f"internal error ({type(error).__name__}); the server's log has more"})
    return 0


def _memory_note() -> list[str]:
    """A word on memory where a failed task is near its process's limit: encoders and decoders that get none fail with
    errors that say nothing of it.
    """
    limit = resource.getrlimit(resource.RLIMIT_DATA)[0]
    if limit == resource.RLIM_INFINITY:
        return []
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    held = int(fields["VmData"].split()[0]) * 1024
    near = held > limit * NEAR_LIMIT
    return [f"it held {held >> 20} of the {limit >> 20} MB of memory that one process may use"] if near else []
