"""How each input made to cost is answered, as a table: ``PYTHONPATH=tests python -m load.hostile_table``.

Every document of ``hostile_documents`` and ``hostile_inventions`` and every file of ``web.support_hostile`` is
analysed, drawn as one still, and rendered for a few frames, in a process of its own: forked from one that has the
engine and its kernels loaded, as the service does. The table is Markdown; the exit status is 1 when an answer took too
long or too much memory. Arguments are parts of names; ``2/4`` asks for the second quarter, so that several processes
can share the work.

Each of the three answers has its own limit. On a busy machine the clock says more than a quiet one would take, and
processor time counts what several threads do at once; a quiet machine needs at most about the lesser of the two, so
that is what is told and judged.
"""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MAX_SECONDS = 5.0
MAX_MIB = 1024.0
ENDED_AFTER = 60  # seconds of a processor: then the kernel ends what never would
HELD_MIB = 3 * 1024  # more than is allowed, so that what goes beyond is seen, and less than the machine has
FRAMES = 5.0
ANSWER_CHARACTERS = 90
SHARE = re.compile(r"(\d+)/(\d+)")
MAKE = "--make"
STEPS = ("analysis", "still", "render")  # each opens the file


@dataclass(frozen=True, slots=True)
class Row:
    """One input: what it was answered at each step, the seconds of each, and the most memory that its process had."""

    name: str
    answer: str
    seconds: tuple[float, ...]
    mib: float

    @property
    def slowest(self) -> float:
        return max(self.seconds)

    @property
    def holds(self) -> bool:
        return self.slowest <= MAX_SECONDS and self.mib <= MAX_MIB

    def line(self) -> str:
        mark = "" if self.holds else " **beyond**"
        answer = self.answer.replace("|", "\\|")
        shown = [f"{self.seconds[n]:.1f}" if n < len(self.seconds) else "" for n in range(len(STEPS))]
        return f"| {self.name} | {answer} | {' | '.join(shown)} | {self.mib:.0f}{mark} |"


def inputs() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Name, suffix of the file, and what makes its content."""
    import hostile_inventions  # noqa: F401  # adds its own
    from hostile_documents import EXPENSIVE
    from web.support_hostile import HOSTILE

    for name, make in EXPENSIVE.items():
        yield name, ".json", lambda make=make: json.dumps(make()).encode()  # type: ignore[misc]
    for name, (pack, _refused) in HOSTILE.items():
        yield f"zip: {name}", ".zip", pack


class Maker:
    """A process that makes the inputs: what that takes, and what it leaves in memory, is not the engine's."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "load.hostile_table", MAKE]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.names: list[str] = self._ask([])

    def make(self, name: str, folder: Path) -> Path:
        """The file of an input."""
        return Path(self._ask([name, str(folder)]))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _ask(self, question: list[str]) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def make_what_is_asked_for() -> None:
    """The other side of ``Maker``: an empty list asks for the names, another for a file."""
    known = {name: (suffix, make) for name, suffix, make in inputs()}
    for line in sys.stdin:
        answer: list[str] | str = list(known)
        if question := json.loads(line):
            suffix, make = known[question[0]]
            answer = str(Path(question[1], f"template{suffix}"))
            Path(answer).write_bytes(make())
        print(json.dumps(answer), flush=True)


def main(arguments: list[str]) -> int:
    if arguments == [MAKE]:
        make_what_is_asked_for()
        return 0
    import velocity_engine

    share, of = next((tuple(map(int, one.split("/"))) for one in arguments if SHARE.fullmatch(one)), (1, 1))
    parts = [one for one in arguments if not SHARE.fullmatch(one)]
    rows = []
    maker = Maker()
    velocity_engine.warm_up()
    print(head(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        measured("the first of all", maker.make(maker.names[0], Path(folder)))  # the machine's files are at hand then
        wanted = [name for name in maker.names if not parts or any(part in name for part in parts)]
        for name in wanted[share - 1 :: of]:
            rows.append(measured(name, maker.make(name, Path(folder))))
            print(rows[-1].line(), flush=True)
    maker.close()
    print(tail(rows))
    return 0 if all(row.holds for row in rows) else 1


def head() -> str:
    when = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} processors, Linux {platform.release()}, Python {platform.python_version()}"
    return "\n".join(
        (
            f"{when}, {machine}, load {os.getloadavg()[0]:.1f} at the beginning.",
            "",
            f"| input | answer | {' | '.join(f'{step}, s' for step in STEPS)} | peak MiB |",
            "|---|---|---|---|---|---|",
        )
    )


def tail(rows: list[Row]) -> str:
    beyond = [row.name for row in rows if not row.holds]
    if not rows:
        return "\nNothing has such a name."
    slowest, largest = max(rows, key=lambda row: row.slowest), max(rows, key=lambda row: row.mib)
    told = "None is" if not beyond else f"{len(beyond)} are"
    return (
        f"\n{len(rows)} inputs. {told} beyond {MAX_SECONDS:g} s or {MAX_MIB:g} MiB. "
        f"The slowest took {slowest.slowest:.1f} s ({slowest.name}), the largest {largest.mib:.0f} MiB "
        f"({largest.name}). Load {os.getloadavg()[0]:.1f} at the end."
    )


def measured(name: str, file: Path) -> Row:
    """Each step in a process of its own; none follows an analysis that refused."""
    told: list[str] = []
    seconds: list[float] = []
    peak = 0.0
    for step in STEPS:
        answers = file.with_name("answer")
        answers.write_text("")
        started = time.monotonic()
        status, used = in_child(lambda answers=answers, step=step: answer(file, step, answers))  # type: ignore[misc]
        seconds.append(min(time.monotonic() - started, used.ru_utime + used.ru_stime))
        peak = max(peak, used.ru_maxrss / 1024)
        told.append(answers.read_text() if status == 0 else f"**ended by {signal_name(status)}**")
        if step == STEPS[0] and not told[-1].startswith("find"):
            break
    file.unlink(missing_ok=True)
    return Row(name, in_short(told), tuple(seconds), peak)


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


def answer(file: Path, step: str, answers: Path) -> None:
    """Writes what one step says."""
    import velocity_engine as ve

    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        with ve.open_template(file) as template:
            told = DO[step](template, file)
    except ve.VelocityError as error:
        told = f"refused: {error}"
    except MemoryError:
        told = "**out of memory**"
    except Exception as error:
        told = f"**{type(error).__name__}: {error}**"
    answers.write_text(told)


def analysis(template: Any, file: Path) -> str:
    found = sorted({finding.feature for finding in template.findings})
    len(template.layers), len(template.markers)
    return f"findings: {', '.join(found[:3])}" if found else "findings: none"


def still(template: Any, file: Path) -> str:
    import velocity_engine as ve

    ve.render_still(template, 0)
    return "drawn"


def render(template: Any, file: Path) -> str:
    import velocity_engine as ve

    start, end = template.frame_range(None)
    ve.render(template, file.with_suffix(".mp4"), frames=(start, min(start + FRAMES, end)))
    return "rendered"


DO = {"analysis": analysis, "still": still, "render": render}


def in_short(told: list[str]) -> str:
    """What the steps answered, each answer once."""
    shown = []
    for one in dict.fromkeys(" ".join(text.split()) for text in told):
        one = one.replace("file:" + "//", "file:")  # a document of the project names no place of a machine
        text = one if len(one) <= ANSWER_CHARACTERS else f"{one[:ANSWER_CHARACTERS]} …"
        shown.append(text.replace("<", "&lt;"))
    return "; ".join(shown)


def signal_name(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"status {os.waitstatus_to_exitcode(status)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
