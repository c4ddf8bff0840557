"""An S3 server on this machine that fails when it is told to, and a service whose files are in a bucket of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from web.support_service import PATIENCE, Service

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
PREFIX = "some/prefix"
ERRORS = {"denied": ("403 Forbidden", "AccessDenied"), "broken": ("503 Service Unavailable", "SlowDown")}


class S3Server:
    """``fault`` is what happens to all requests: nothing, "denied", "broken", or "slow" (for so many ``seconds``)."""

    def __init__(self) -> None:
        pytest.importorskip("moto.server")
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
        from werkzeug.serving import make_server

        self._moto: Any = DomainDispatcherApplication(create_backend_app)
        self.fault = ""
        self.seconds = 0.0
        self.requests: list[tuple[str, str]] = []
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=MotoRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.requests.append((environ["REQUEST_METHOD"], f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"))
        if self.fault in ERRORS:
            status, code = ERRORS[self.fault]
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            body = b"" if environ["REQUEST_METHOD"] == "HEAD" else body
            start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        if self.fault == "slow":
            time.sleep(self.seconds)
        answer: Iterable[bytes] = self._moto(environ, start)
        return answer

    @contextmanager
    def failing(self, fault: str, seconds: float = 0.0) -> Iterator[None]:
        self.fault, self.seconds = fault, seconds
        try:
            yield
        finally:
            self.fault = ""

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Bucket:
    """An empty bucket of a server."""

    def __init__(self, server: S3Server) -> None:
        import fsspec

        self.server = server
        self.name = f"bucket-{uuid4().hex}"
        self._system = fsspec.filesystem(
            "s3",
            key="test",
            secret="test",
            endpoint_url=server.endpoint,
            client_kwargs={"region_name": "us-east-1"},
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        httpx.put(f"{server.endpoint}/{self.name}", timeout=PATIENCE).raise_for_status()

    @property
    def environment(self) -> dict[str, str]:
        """What a service is told, and what its package for S3 is."""
        return {
            "VELOCITY_STORAGE": f"s3://{self.name}/{PREFIX}",
            "AWS_ENDPOINT_URL": self.server.endpoint,
            **CREDENTIALS,
        }

    def files(self) -> list[str]:
        """The names of all files that are kept there."""
        begin = f"{self.name}/{PREFIX}/"
        found = (name.removeprefix(begin) for name in self._system.find(begin))
        return sorted(name for name in found if "/" in name)

    def size(self, file: str) -> int | None:
        try:
            return int(self._system.info(f"{self.name}/{PREFIX}/{file}")["size"])
        except FileNotFoundError:
            return None

    def sizes(self, folder: str) -> list[tuple[str, int]]:
        """The files below a folder of the bucket, and their bytes."""
        found = self._system.find(f"{self.name}/{folder}", detail=True)
        return [(name, int(info["size"])) for name, info in found.items()]

    def put(self, file: str, content: bytes) -> None:
        self._system.pipe_file(f"{self.name}/{PREFIX}/{file}", content)

    def remove(self, file: str) -> None:
        self._system.rm_file(f"{self.name}/{PREFIX}/{file}")


@dataclass
class BucketService(Service):
    """A service whose files are in a bucket."""

    bucket: Bucket | None = None

    def process_environment(self) -> dict[str, str]:
        assert self.bucket
        return {**super().process_environment(), **self.bucket.environment, **self.environment}

    def kept_bytes(self, file: str) -> int | None:
        assert self.bucket
        return self.bucket.size(file)
