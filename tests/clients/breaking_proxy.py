"""What stands between a client and a service, and breaks connections in the middle of answers."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

BLOCK = 16384


@dataclass
class Fault:
    """The answer to a request whose first line has ``request`` is cut after so many bytes, ``times`` times."""

    request: bytes
    after_bytes: int
    times: int = 1


class BreakingProxy:
    """Passes on connections to a service. ``requests`` are the heads that it saw, in their order."""

    def __init__(self, url: str, *faults: Fault) -> None:
        parts = urlsplit(url)
        self._service = (parts.hostname, parts.port)
        self.faults = list(faults)
        self.requests: list[bytes] = []
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._socket.close()

    def heads(self, request: bytes) -> list[bytes]:
        """The heads of the requests that begin so."""
        return [head for head in self.requests if head.startswith(request)]

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            service = socket.create_connection(self._service)
            connection = _Connection(self, client, service)
            threading.Thread(target=connection.upwards, daemon=True).start()
            threading.Thread(target=connection.downwards, daemon=True).start()

    def note(self, head: bytes) -> int | None:
        """A request begins. After how many bytes its answer is to be cut; None: not."""
        with self._lock:
            self.requests.append(head)
            for fault in self.faults:
                if fault.times and fault.request in head.split(b"\r\n", 1)[0]:
                    fault.times -= 1
                    return fault.after_bytes
        return None


class _Connection:
    def __init__(self, proxy: BreakingProxy, client: socket.socket, service: socket.socket) -> None:
        self.proxy, self.client, self.service = proxy, client, service
        self.left: int | None = None

    def upwards(self) -> None:
        with suppress(OSError):
            while data := self.client.recv(BLOCK):
                if data.split(b" ", 1)[0] in (b"GET", b"POST", b"HEAD", b"PUT", b"DELETE"):
                    self.left = self.proxy.note(data.split(b"\r\n\r\n", 1)[0])
                self.service.sendall(data)
        with suppress(OSError):
            self.service.shutdown(socket.SHUT_WR)

    def downwards(self) -> None:
        with suppress(OSError):
            while data := self.service.recv(BLOCK):
                if self.left is not None:
                    self.client.sendall(data[: self.left])
                    self.left -= min(self.left, len(data))
                    if not self.left:
                        break
                else:
                    self.client.sendall(data)
        for end in (self.client, self.service):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # which also wakes the other thread
            end.close()
