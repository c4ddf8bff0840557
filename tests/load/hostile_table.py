"""How each input made to cost is answered, as a table: ``PYTHONPATH=tests python -m load.hostile_table [2/4] [PART OF A NAME ...]``.

Every document of ``hostile_documents`` and every file of ``web.support_hostile`` is analysed, drawn as one still, and
rendered for a few frames, in a process of its own: forked from one that has the engine and its kernels loaded, as the
service does. The table is Markdown; the exit status is 1 when an answer took too long or too much memory. ``2/4`` asks
for the second quarter, so that several processes can share the work.

On a busy machine the clock says more than a quiet one would take, and processor time counts what several threads do at
once; a quiet machine needs at most about the lesser of the two, so that is what is judged.
"""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MOST_SECONDS = 5.0
MOST_MIB = 1024.0
ENDED_AFTER = 60  # seconds of a processor: then the kernel ends what never would
HELD_MIB = 3 * 1024  # more than is allowed, so that what goes beyond is seen, and less than the machine has
FRAMES = 5.0
ANSWER_CHARACTERS = 90
SHARE = re.compile(r"(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One input: what it was answered at each step, what a process took for all of them together, and its peak."""

    name: str
    answer: str
    clock: float
    processor: float
    mib: float

    @property
    def seconds(self) -> float:
        return min(self.clock, self.processor)

    @property
    def holds(self) -> bool:
        return self.seconds <= MOST_SECONDS and self.mib <= MOST_MIB

    def line(self) -> str:
        mark = "" if self.holds else " **beyond**"
        answer = self.answer.replace("|", "\\|")
        return f"| {self.name} | {answer} | {self.clock:.1f} | {self.processor:.1f} | {self.mib:.0f}{mark} |"


def inputs() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Name, suffix of the file, and what makes its content."""
    from hostile_documents import EXPENSIVE
    from web.support_hostile import HOSTILE

    for name, make in EXPENSIVE.items():
        yield name, ".json", lambda make=make: json.dumps(make()).encode()  # type: ignore[misc]
    for name, (pack, _refused) in HOSTILE.items():
        yield f"zip: {name}", ".zip", pack


def main(arguments: list[str]) -> int:
    import velocity_engine

    share, of = next((tuple(map(int, one.split("/"))) for one in arguments if SHARE.fullmatch(one)), (1, 1))
    parts = [one for one in arguments if not SHARE.fullmatch(one)]
    wanted = [one for one in inputs() if not parts or any(part in one[0] for part in parts)]

    velocity_engine.warm_up()
    rows = []
    print(head(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        draw_once(Path(folder))
        for name, suffix, make in wanted[share - 1 :: of]:
            rows.append(measured(name, suffix, make, Path(folder)))
            print(rows[-1].line(), flush=True)
    print(tail(rows))
    return 0 if all(row.holds for row in rows) else 1


def head() -> str:
    when = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} processors, Linux {platform.release()}, Python {platform.python_version()}"
    return "\n".join(
        (
            f"{when}, {machine}, load {os.getloadavg()[0]:.1f} at the beginning.",
            "",
            "| input | answer | s by the clock | s of processors | peak MiB |",
            "|---|---|---|---|---|",
        )
    )


def tail(rows: list[Row]) -> str:
    beyond = [row.name for row in rows if not row.holds]
    if not rows:
        return "\nNothing has such a name."
    slowest, largest = max(rows, key=lambda row: row.seconds), max(rows, key=lambda row: row.mib)
    told = "None is" if not beyond else f"{len(beyond)} are"
    return (
        f"\n{len(rows)} inputs. {told} beyond {MOST_SECONDS:g} s or {MOST_MIB:g} MiB. "
        f"The slowest took {slowest.seconds:.1f} s ({slowest.name}), the largest {largest.mib:.0f} MiB "
        f"({largest.name}). Load {os.getloadavg()[0]:.1f} at the end."
    )


def draw_once(folder: Path) -> None:
    """What the first picture and the first video load goes to a child, so that the machine's files are at hand."""
    from web.support_templates import template_zip

    measured("warm", ".zip", template_zip, folder)


def measured(name: str, suffix: str, make: Callable[[], bytes], folder: Path) -> Row:
    file, answers = folder / f"template{suffix}", folder / "answers"
    in_child(lambda: file.write_bytes(make()))  # what making it takes is not the engine's
    answers.write_text("")
    started = time.monotonic()
    status, used = in_child(lambda: answer(file, answers))
    clock = time.monotonic() - started
    told = [json.loads(line) for line in answers.read_text().splitlines()]
    if status != 0:
        told.append(f"**ended by {signal_name(status)}**")
    file.unlink(missing_ok=True)
    return Row(name, in_short(told), clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def in_child(work: Callable[[], Any]) -> tuple[int, resource.struct_rusage]:
    """Status and use of a forked process that does ``work``."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (ENDED_AFTER, ENDED_AFTER + 5))
            resource.setrlimit(resource.RLIMIT_DATA, (HELD_MIB << 20, HELD_MIB << 20))
            work()
            code = 0
        finally:
            os._exit(code)
    _, status, used = os.wait4(pid, 0)
    return status, used


def answer(file: Path, answers: Path) -> None:
    """Analysis, still and render, each answered by a line."""
    import velocity_engine as ve

    with suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
    template: Any = None

    def analysis() -> str:
        nonlocal template
        template = ve.open_template(file)
        found = sorted({finding.feature for finding in template.findings})
        len(template.layers), len(template.markers)
        return f"findings {', '.join(found[:3])}" if found else "no finding"

    def still() -> str:
        ve.render_still(template, 0)
        return "drawn"

    def render() -> str:
        end = min(FRAMES, template.frame_count)
        ve.render(template, file.with_suffix(".mp4"), frames=(0, end))
        return "rendered"

    for step in (analysis, still, render):
        try:
            told = step()
        except ve.VelocityError as error:
            told = f"refused: {error}"
        except MemoryError:
            told = "**out of memory**"
        except Exception as error:
            told = f"**{type(error).__name__}: {error}**"
        with answers.open("a") as out:
            out.write(json.dumps(told) + "\n")
        if template is None:
            return


def in_short(told: list[str]) -> str:
    """What the steps answered, each answer once."""
    shown = []
    for one in dict.fromkeys(" ".join(text.split()) for text in told):
        text = one if len(one) <= ANSWER_CHARACTERS else f"{one[:ANSWER_CHARACTERS]} …"
        shown.append(text.replace("<", "&lt;"))
    return "; ".join(shown)


def signal_name(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"status {os.waitstatus_to_exitcode(status)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
