"""Dry runs, previews and batches as doors to the network: none leads where nobody connects, and each ends in time."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from network_support import Answer, Victim, WebServer
from web.support_elsewhere import DEMO
from web.support_processes import resident_bytes
from web.support_service import Client, Service, render_request
from web.support_templates import png


def words(text: str) -> list[str]:
    return text.split()


HOSTS = words(
    "127.0.0.1 127.1 0 2130706433 0x7f000001 017700000001 localhost 127.0.0.1. [::1] [::] [::ffff:127.0.0.1] "
    "[::ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::] 10.0.0.1 192.168.0.1 169.254.169.254 [fd00::1] "
    "127\u30020\u30020\u30021"
)
SCHEMES = words(
    "file:///etc/passwd ftp://HOST/x gopher://HOST/_GET concat:http://HOST/ hls+http://HOST/x data:text/plain,x "
    "//HOST/ subfile,,start,0,end,9,,:http://HOST/ http://user:secret@HOST/ http://HOST\\@example.com/ "
    "http://93.184.216.34:25/"
)
MANY = 1000


@pytest.fixture
def reaching(server: WebServer, new_service: Callable[..., Service]) -> Callable[..., Service]:
    def start(**settings: str) -> Service:
        quick = {"previews_per_second": "1000", "preview_burst": "10000"}
        return new_service(private_hosts=f'["{server.host}"]', **quick, **settings)

    return start


@pytest.fixture
def victim() -> Iterator[Victim]:
    made = Victim()
    yield made
    made.close()


def shown(url: str) -> dict[str, Any]:
    return {"customizationMap": [{"layer": "Photo", "image": {"url": url}}]}


def dry_run(client: Client, template_id: str, **more: Any) -> httpx.Response:
    return client.post("/render?dryRun=true", json=render_request(template_id, **more))


def dry_batch(client: Client, template_id: str, *rows: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"templateId": template_id, "encoderConfig": {"bitrate": 100_000}, "rows": rows, **more}
    return client.post("/render/batch?dryRun=true", json=body)


def preview(client: Client, template_id: str, **more: Any) -> httpx.Response:
    return client.post(f"/template/{template_id}/preview", json={"frame": 60, "width": 64, **more})


def test_no_door_leads_to_a_private_address(reaching: Callable[..., Service], victim: Victim) -> None:
    service, at = reaching(), f"127.0.0.1:{victim.port}"
    urls = [f"http://{host}:{victim.port}/x.png" for host in HOSTS] + [one.replace("HOST", at) for one in SCHEMES]
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        for url in urls:
            rows = (shown(url), {"audio": {"url": url}}, {"captions": {"url": url}})
            answers = [
                dry_batch(client, template_id, *rows),
                *(dry_run(client, template_id, **row) for row in rows),
                preview(client, template_id, **rows[0]),
                preview(client, template_id, **rows[2]),
                client.post(f"/template/{template_id}/preview/clip", json={"captions": {"url": url}}),
            ]
            for number, answer in enumerate(answers):
                assert answer.status_code == 400, (url, number, answer.text)
                assert answer.json()["errors"], (url, number)
    assert victim.reached == 0


def test_a_redirect_and_a_playlist_lead_nowhere(
    server: WebServer, reaching: Callable[..., Service], victim: Victim
) -> None:
    service, at = reaching(), f"http://127.0.0.1:{victim.port}"
    for number, target in enumerate((f"{at}/x", f"http://[::ffff:127.0.0.1]:{victim.port}/", "file:///etc/passwd")):
        server.answers[f"/{number}"] = Answer(302, {"Location": target})
    server.answers["/round"] = Answer(302, {"Location": f"{server.url}/round"})
    lists = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{at}/x.ts\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile '{at}/x.mp4'\n",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{at}/x.png"/></svg>',
    }
    for name, text in lists.items():
        server.serve(f"/{name}", text.encode())
    server.answers["/gzip"] = Answer(200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(10_000_000)))
    names = ["0", "1", "2", "round", "gzip", *lists]
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        fields = ("audio", "captions")
        rows = [row for name in names for row in (
            shown(f"{server.url}/{name}"), *({field: {"url": f"{server.url}/{name}"}} for field in fields)
        )]  # fmt: skip
        told = dry_batch(client, template_id, *rows)
        while told.status_code == 200:  # one that was not here in time
            told = dry_batch(client, template_id, *rows)
        errors = told.json()["errors"]
        assert {int(field.split("[")[1].split("]")[0]) for field in errors} == set(range(len(rows))), told.text
        for name in names:
            assert preview(client, template_id, **shown(f"{server.url}/{name}")).status_code == 400
            assert preview(client, template_id, captions={"url": f"{server.url}/{name}"}).status_code == 400
    assert victim.reached == 0


def test_a_server_that_drips_and_one_that_never_ends(server: WebServer, reaching: Callable[..., Service]) -> None:
    """Each request ends after some seconds, and the fetches end, too: then others of the account go on."""
    service, over = reaching(url_seconds="4", max_asset_bytes="3000000", max_audio_bytes="3000000"), threading.Event()

    def drip(file: Any) -> None:
        while not over.wait(0.2):
            file.write(b"x")

    def pour(file: Any) -> None:
        while not over.is_set():
            file.write(bytes(1 << 16))

    for number in range(8):
        server.answers[f"/drip{number}"] = Answer(200, {}, write=drip)
    server.answers["/pour"] = Answer(200, {}, write=pour)
    quick = server.serve("/quick.png", png(10))
    drips = [f"{server.url}/drip{number}" for number in range(8)]
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        assert "more than 3000000 bytes" in dry_run(client, template_id, **shown(f"{server.url}/pour")).text
        began = time.monotonic()
        told = dry_batch(client, template_id, *(shown(url) for url in drips)).json()
        assert told["rowsUnseen"] == list(range(8)) and time.monotonic() - began < 60
        assert preview(client, template_id, captions={"url": drips[0]}).status_code in (400, 503)
        while (answer := dry_run(client, template_id, **shown(quick))).json().get("warnings"):
            assert answer.status_code == 200, answer.text
        assert answer.status_code == 200, answer.text
        while (answer := dry_run(client, template_id, **shown(drips[0]))).status_code == 200:
            continue
        assert "it took longer than 4 seconds" in answer.text
        over.set()
        counts = [[path for path, _headers in server.asked].count(f"/drip{number}") for number in range(8)]
        assert max(counts) <= 2, "who waits is gone long before a second attempt"


def test_a_thousand_files_and_one_file_a_thousand_times(server: WebServer, reaching: Callable[..., Service]) -> None:
    service = reaching()
    assert service.process
    urls = [server.serve(f"/{number}.png", png(10)) for number in range(MANY + 1)]
    with service.client() as client:
        template_id = client.ready_template(DEMO)
        before = resident_bytes(service.process.pid)
        entries = [shown(url)["customizationMap"][0] for url in urls]
        began = time.monotonic()
        answer = dry_run(client, template_id, customizationMap=entries)
        assert answer.status_code == 200, answer.text
        late = [one for one in answer.json()["warnings"] if one["feature"] == "file.late"]
        assert 1 <= len(late) <= 103 and len(answer.content) < 100_000
        assert "1 file was not looked at: at most 1000 are, of one request or batch" in [one["message"] for one in late]
        one = server.serve("/one.png", png(10))
        same = dry_run(client, template_id, customizationMap=[shown(one)["customizationMap"][0]] * MANY)
        assert same.status_code == 200, same.text
        told = dry_batch(client, template_id, *[shown(one)] * MANY).json()
        assert (told["rowsValid"], told["rowsUnseen"]) == (MANY, [])
        assert [path for path, _headers in server.asked].count("/one.png") == 1
        assert time.monotonic() - began < 300
        assert resident_bytes(service.process.pid) - before < 300 << 20


def test_many_dry_runs_at_once(server: WebServer, reaching: Callable[..., Service]) -> None:
    """Who finds no room is told so, by a warning or by 503, and the server goes on."""
    service, over = reaching(), threading.Event()
    for number in range(40):
        server.answers[f"/{number}.png"] = Answer(200, {}, write=lambda file: (over.wait(60), file.write(png(9)))[1])
    with service.client() as client, service.client() as other, ThreadPoolExecutor(20) as pool:
        template_id, another = client.ready_template(DEMO), other.ready_template(DEMO)

        def asked(number: int) -> httpx.Response:
            url = f"{server.url}/{number}.png"
            if number % 2:
                return dry_batch(client, template_id, shown(url), {"audio": {"url": url}})
            return dry_run(client, template_id, **shown(url))

        answers = [pool.submit(asked, number) for number in range(40)]
        assert dry_run(other, another, **shown(server.serve("/quick.png", png(10)))).status_code in (200, 503)
        for one in answers:
            answer = one.result()
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                assert "file.late" in answer.text
        over.set()
        assert client.get("/account").status_code == 200
