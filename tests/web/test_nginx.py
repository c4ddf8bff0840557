"""The configuration of nginx in the documents, before a real service."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import template_zip

CONFIGURATION = Path(__file__).resolve().parents[2] / "docs" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


SETTINGS = {"trusted_proxy": "127.0.0.1", "connections_per_address": "5", "wrong_keys_per_second": "0.05"}


@contextmanager
def proxied(service: Service, tmp_path: Path) -> Iterator[Client]:
    """A client of the service, through nginx."""
    assert NGINX
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = CONFIGURATION.read_text(encoding="utf-8")
    folders = "".join(f"{name}_temp_path {tmp_path / name};\n" for name in TEMPORARY)
    for found, wanted in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("server 127.0.0.1:8080;", f"server {service.url.removeprefix('http://')};"),
        ("http {", f"http {{\naccess_log off;\n{folders}"),
        ("worker_processes auto;", f"worker_processes 1;\ndaemon off;\nmaster_process off;\npid {tmp_path / 'pid'};"),
    ):
        assert text.count(found) == 1, found
        text = text.replace(found, wanted)
    (tmp_path / "nginx.conf").write_text(text)
    command = [NGINX, "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True, timeout=PATIENCE)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        with Client(f"http://127.0.0.1:{port}", service.add_user()) as client:
            await_answer(client)
            yield client
    finally:
        process.terminate()
        process.wait(PATIENCE)


def await_answer(client: Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("nginx did not start")


def test_the_service_works_behind_nginx(new_service: Callable[..., Service], tmp_path: Path) -> None:
    content = template_zip()
    with proxied(new_service(**SETTINGS), tmp_path) as client:
        template_id = client.ready_template(content)
        assert client.get(f"/template/{template_id}/download").content == content
        render_id = client.ready_render(template_id)
        part = client.get(f"/render/{render_id}/download", headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")
        refused = httpx.post(f"{client.base_url}/template/upload", content=b"x" * 3_000_000, timeout=PATIENCE)
        assert refused.status_code == 401


def test_nginx_hands_on_whose_request_it_is(new_service: Callable[..., Service], tmp_path: Path) -> None:
    """All of nginx's connections come from one address, and so do the wrong keys of one client of it."""
    with proxied(new_service(workers="0", **SETTINGS), tmp_path) as client:
        url, headers = f"{client.base_url}/render/all", {"X-API-Key": "wrong"}
        wrong = [httpx.get(url, headers=headers, timeout=PATIENCE) for _ in range(3)]
        assert [answer.status_code for answer in wrong] == [401, 429, 429]
        assert client.get("/health").status_code == 200
