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

from velocity_web.failures import MISTAKE
from velocity_web.processes import analyse_process, check_process, form_process, preview_process, render_process
from velocity_web.processes.assignments import (
    Assignment,
    CheckAssignment,
    FileAssignment,
    FontAssignment,
    FormAssignment,
    PreviewAssignment,
    RenderAssignment,
    TemplateAssignment,
)
from velocity_web.processes.telling import reason
from velocity_web.schemas import states
from velocity_web.storage.files import NO_SPACE, is_disk_full

Send = Callable[[dict[str, Any]], None]
LINE_BYTES = 64 << 20
NEAR_LIMIT = 0.6  # what fails for want of memory has often given some of it back before it is asked

TASKS: dict[str, tuple[type[Assignment], Callable[[Any, Send], dict[str, Any]]]] = {
    states.RENDER: (RenderAssignment, render_process.render),
    states.TEMPLATE: (TemplateAssignment, analyse_process.analyse_template),
    states.AUDIO: (FileAssignment, analyse_process.analyse_audio),
    states.ASSET: (FileAssignment, analyse_process.analyse_asset),
    states.FONT: (FontAssignment, analyse_process.analyse_font),
}

CONVERSATIONS: dict[str, tuple[type[Assignment], Callable[[Any, BinaryIO, Send], None]]] = {
    "check": (CheckAssignment, check_process.answer_questions),
    "form": (FormAssignment, form_process.read_form),
    "preview": (PreviewAssignment, preview_process.answer_previews),
}


def load_engine() -> None:
    """Import what the tasks need, once, before the forks."""
    import velocity_engine as engine

    engine.warm_up()


def run(task: str, channel: socket.socket) -> int:
    """Do one task over ``channel``. Returns the process's exit status."""
    import faulthandler

    import velocity_engine as engine

    faulthandler.enable(sys.stderr)
    reader = channel.makefile("rb")
    kind, _do = (CONVERSATIONS if task in CONVERSATIONS else TASKS)[task]
    told = kind.model_validate_json(reader.readline(LINE_BYTES))

    def send(message: dict[str, Any]) -> None:
        channel.sendall(json.dumps(message).encode() + b"\n")

    try:
        if task in CONVERSATIONS:
            CONVERSATIONS[task][1](told, reader, send)
        else:
            send({"result": TASKS[task][1](told, send)})
    except engine.VelocityError as error:
        if error.__cause__ is not None:
            traceback.print_exc()  # of what lies beneath, the reason says nothing
        notes = [*getattr(error, "__notes__", ()), *_memory_note()]
        send({"failed": NO_SPACE if is_disk_full(error) else reason(error, told.names, notes)})
    except MemoryError:
        send({"failed": "it needs more memory than one process may use"})
    except Exception as error:  # noqa: BLE001  # a fault of the engine's: the log has it, the job its name
        if is_disk_full(error):
            send({"failed": NO_SPACE})
            return 0
        traceback.print_exc()
        send({"failed": MISTAKE})
    return 0


def _memory_note() -> list[str]:
    """A word on memory where a failed task is near its process's limit: encoders and decoders that get none fail with
    errors that say nothing of it.
    """
    limit = resource.getrlimit(resource.RLIMIT_DATA)[0]
    if limit == resource.RLIM_INFINITY:
        return []
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    except OSError:
        return []
    held = int(fields["VmData"].split()[0]) * 1024
    near = held > limit * NEAR_LIMIT
    return [f"it held {held >> 20} of the {limit >> 20} MB of memory that one process may use"] if near else []
