"""What one tenant does at his worst, each attack in a process: ``python -m load.hostile NAME URL KEY``.

It prints a line when it is ready. Each line of standard input is an order: seconds to attack for, or nothing, which
asks for what was answered since the last time, as JSON.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from urllib.parse import urlsplit

import httpx
from web.support_receivers import RawReceiver, drip
from web.support_service import Client, render_request
from web.support_templates import document, solid, template_zip

NICE = 10
READY_SECONDS = 70.0
ANSWER_SECONDS = 150.0
PREVIEWS = 20
# As many as are asked for, else what the analysis gets through in its time on a loaded machine.
EXPRESSIONS = (300, 60)
KEYFRAMES = (1_000_000, 200_000)
CSV_ROWS, CSV_COLUMNS = 3_000, 2_000
CONNECTIONS = 600
BODIES, BODY_BYTES = 30, 32 * 1_048_576


def endless_expressions(count: int) -> bytes:
    layers = [solid(f"Box {n}", "#0000ff", 10, n + 1) for n in range(count)]
    for layer in layers:
        layer["ks"]["r"] = {"a": 0, "k": 0, "x": "var $bm_rt; while (true) { $bm_rt = 1; }"}
    return template_zip(layers=layers)


def many_keyframes(count: int) -> bytes:
    layer = solid("Box", "#0000ff", 10)
    layer["ks"]["o"] = {"a": 1, "k": "KEYFRAMES"}
    keyframes = ",".join(f'{{"t":{n},"s":[{n % 100}],"h":1}}' for n in range(count))
    text = json.dumps(document(layers=[layer])).replace('"KEYFRAMES"', f"[{keyframes}]")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", text)
    return buffer.getvalue()


def wide_csv() -> bytes:
    head = ",".join(["name", *(f"c{n}" for n in range(CSV_COLUMNS - 1))])
    row = ",".join("x" * CSV_COLUMNS)
    return "\n".join([head, *([row] * CSV_ROWS)]).encode()


class Attack:
    """``prepare`` once, then ``go`` until a time; ``answers`` counts what came back."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.answers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def prepare(self) -> None:
        return

    def go(self, until: float) -> None:
        raise NotImplementedError

    def note(self, what: str, number: int) -> None:
        with self._lock:
            self.answers[what] = number

    def count(self, what: object) -> None:
        with self._lock:
            self.answers[str(what)] += 1

    def take(self) -> dict[str, int]:
        """The counts since the last time."""
        with self._lock:
            counts, self.answers = dict(self.answers), Counter()
        return counts

    def client(self) -> Client:
        client = Client(self.url, self.key)
        client.timeout = httpx.Timeout(ANSWER_SECONDS)
        return client

    def repeat(self, until: float, at_once: int, ask: Callable[[Client], httpx.Response]) -> None:
        """The same request from so many threads, again and again; one that is refused is soon sent again."""

        def work(_number: int) -> None:
            with self.client() as client:
                while time.monotonic() < until:
                    try:
                        status = ask(client).status_code
                    except httpx.HTTPError as error:
                        self.count(type(error).__name__)
                        time.sleep(0.2)
                        continue
                    self.count(status)
                    if status in (429, 503):
                        time.sleep(0.2)

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(work, range(at_once)))

    def uploaded(self, content: bytes) -> tuple[str, str]:
        """The id of a template, and how its analysis ended."""
        with self.client() as client:
            answer = client.post("/template/upload", files={"file": ("template.zip", content)})
            self.count(f"upload {answer.status_code}")
            template_id, status = str(answer.json().get("templateId")), "refused"
            deadline = time.monotonic() + READY_SECONDS
            while time.monotonic() < deadline:
                status = str(client.get(f"/template/{template_id}/status").json().get("status"))
                if status not in ("pending", "processing"):
                    break
                time.sleep(0.5)
            self.count(f"analysis {status}")
            return template_id, status


class Previews(Attack):
    """Twenty previews at once of a template whose 300 expressions never end."""

    def prepare(self) -> None:
        for count in EXPRESSIONS:
            self._template, status = self.uploaded(endless_expressions(count))
            if status == "completed":
                return

    def go(self, until: float) -> None:
        self.repeat(until, PREVIEWS, lambda client: client.get(f"/template/{self._template}/preview?frame=3"))


class WideCsv(Attack):
    """A CSV of 12 MB: 3,000 rows of 2,000 columns that name no layer."""

    def prepare(self) -> None:
        (self._template, _), self._content = self.uploaded(template_zip()), wide_csv()

    def go(self, until: float) -> None:
        path = f"/render/batch?templateId={self._template}&bitrate=100000"
        kind = {"Content-Type": "text/csv"}
        self.repeat(until, 1, lambda client: client.post(path, content=self._content, headers=kind))


class Keyframes(Attack):
    """Renders of a template with a million keyframes, each of which is cancelled."""

    def prepare(self) -> None:
        for count in KEYFRAMES:
            self._template, status = self.uploaded(many_keyframes(count))
            if status == "completed":
                return

    def go(self, until: float) -> None:
        def ask(client: Client) -> httpx.Response:
            answer = client.post("/render", json=render_request(self._template))
            if answer.status_code == 200:
                client.post(f"/render/{answer.json()['renderId']}/cancel")
            return answer

        self.repeat(until, 2, ask)


class Dripping(Attack):
    """Webhooks to a receiver whose answer comes at a byte a second and never ends."""

    def prepare(self) -> None:
        self._receiver = RawReceiver(drip)
        self._template, _ = self.uploaded(template_zip())

    def go(self, until: float) -> None:
        rows = [{"name": f"Row {n}"} for n in range(20)]
        batch = {**render_request(self._template), "rows": rows, "webhookUrl": self._receiver.url}
        with self.client() as client:
            answer = client.post("/render/batch", json=batch)
            self.count(answer.status_code)
            time.sleep(max(0.0, until - time.monotonic()))
            self.note("connections at once", self._receiver.most)
            if answer.status_code == 200:
                client.post(f"/render/batch/{answer.json()['batchId']}/cancel")


class Idle(Attack):
    """600 connections that say nothing, each opened anew when it is closed."""

    def go(self, until: float) -> None:
        host, port = self._address()
        held: list[socket.socket] = []
        closed = 0
        while time.monotonic() < until:
            while len(held) < CONNECTIONS and time.monotonic() < until:
                try:
                    held.append(socket.create_connection((host, port), timeout=2))
                    held[-1].setblocking(False)
                except OSError as error:
                    self.count(type(error).__name__)
                    break
            time.sleep(0.5)
            still = [one for one in held if self._is_open(one)]
            self.note("closed by the server", closed := closed + len(held) - len(still))
            self.note("open", len(still))
            held = still
        for one in held:
            one.close()

    def _address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 80)

    @staticmethod
    def _is_open(connection: socket.socket) -> bool:
        try:
            return connection.recv(4096) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


class Keyless(Idle):
    """Thirty bodies of 32 MiB to /health, without a key, none of which ends."""

    def go(self, until: float) -> None:
        with ThreadPoolExecutor(BODIES) as pool:
            list(pool.map(lambda _number: self._send(until), range(BODIES)))

    def _send(self, until: float) -> None:
        piece = bytes(65536)
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(self._address(), timeout=5) as connection:
                head = f"POST /health HTTP/1.1\r\nHost: load\r\nContent-Length: {BODY_BYTES}\r\n\r\n"
                connection.sendall(head.encode())
                sent = 0
                while sent + len(piece) < BODY_BYTES and time.monotonic() < until:
                    connection.sendall(piece)
                    sent += len(piece)
                connection.settimeout(max(0.1, until - time.monotonic()))
                self.count(connection.recv(64).split(b"\r\n")[0].decode("latin-1") or "closed")
            time.sleep(0.2)


ATTACKS: dict[str, type[Attack]] = {
    "previews": Previews,
    "csv": WideCsv,
    "keyframes": Keyframes,
    "webhooks": Dripping,
    "idle": Idle,
    "bodies": Keyless,
}


def main() -> None:
    name, url, key = sys.argv[1:]
    os.nice(NICE)
    attack = ATTACKS[name](url, key)
    with suppress(httpx.HTTPError, ValueError):
        attack.prepare()
    print("ready", flush=True)
    for line in sys.stdin:
        if order := line.strip():
            threading.Thread(target=attack.go, args=(time.monotonic() + float(order),), daemon=True).start()
        else:
            print(json.dumps(attack.take()), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
