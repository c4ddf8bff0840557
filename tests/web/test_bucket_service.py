"""The service with its files in a bucket: downloads, deletes, checks by administrators, and a bucket that fails."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from web.support_bucket import Bucket, BucketService, S3Server
from web.support_invariants import broken_invariants
from web.support_processes import children_of, command_line
from web.support_service import PATIENCE, Client, render_request
from web.support_templates import png, slow_template, template_zip, wav

Start = Callable[..., BucketService]


@pytest.fixture
def start(s3_server: S3Server, tmp_path: Path) -> Iterator[Start]:
    started: list[BucketService] = []

    def begin(**settings: str) -> BucketService:
        environment = {f"VELOCITY_{name.upper()}": value for name, value in settings.items()}
        folder = tmp_path / f"data-{len(started)}"
        made = BucketService(folder, environment, bucket=Bucket(s3_server))
        started.append(made)
        made.start()
        return made

    yield begin
    s3_server.fault = ""
    for made in started:
        if made.process and made.process.poll() is None:
            made.kill()


@pytest.fixture(scope="module")
def kept(s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketService]:
    made = BucketService(tmp_path_factory.mktemp("kept") / "data", bucket=Bucket(s3_server))
    made.start()
    yield made
    made.stop()


def bucket_of(service: BucketService) -> Bucket:
    assert service.bucket
    return service.bucket


def velocity(service: BucketService, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "velocity_engine", "admin", *arguments, "--data", str(service.data)],
        capture_output=True,
        text=True,
        env=service.process_environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def test_the_whole_way_without_a_file_in_the_data_folder(kept: BucketService) -> None:
    with kept.client() as client:
        template_id = client.ready_template(template_zip())
        audio_id = client.ready_audio(wav())
        asset = client.post("/asset", files={"file": ("a.png", png())}).json()
        poster = {"poster": {"format": "png"}}
        swapped = [{"layer": "Box", "image": {"assetId": asset["assetId"]}}]
        render_id = client.ready_render(template_id, audioId=audio_id, output=poster, customizationMap=swapped)
        files = bucket_of(kept).files()
        begin = f"renders/{render_id}-1"
        assert {f"{begin}.mp4", f"{begin}.poster.png", f"templates/{template_id}.zip"} <= set(files)
        assert client.get(f"/render/{render_id}/poster").content.startswith(b"\x89PNG")
        assert client.get(f"/asset/{asset['assetId']}/download").content == png()
        assert client.get(f"/template/{template_id}/preview").content.startswith(b"\x89PNG")
        assert client.get("/ready").json()["storage"] == "ok"
        for folder in ("templates", "audio", "assets", "renders"):
            assert list((kept.data / folder).iterdir()) == []
        accepted = {template_id: "template", audio_id: "audio", render_id: "render"}
        assert not broken_invariants(kept, client, accepted)
        used = client.get("/template/storage-status").json()["usedBytes"]
        assert used == sum(bucket_of(kept).size(file) or 0 for file in files)
        for path in (f"/render/{render_id}", f"/audio/{audio_id}", f"/template/{template_id}", f"/asset/{asset['id']}"):
            assert client.delete(path).status_code == 200
        assert bucket_of(kept).files() == []
        assert client.get("/template/storage-status").json()["usedBytes"] == 0


def test_downloads_have_ranges_and_conditions(kept: BucketService) -> None:
    content = template_zip()
    with kept.client() as client:
        path = f"/template/{client.ready_template(content)}/download"
        whole = client.get(path)
        assert whole.content == content
        part = client.get(path, headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, content[10:20])
        assert client.get(path, headers={"Range": "bytes=-7"}).content == content[-7:]
        several = client.get(path, headers={"Range": "bytes=0-3,30-39,-2"})
        assert several.status_code == 206
        for piece in (content[:4], content[30:40], content[-2:]):
            assert piece in several.content
        assert len(several.content) == int(several.headers["content-length"])
        tag = whole.headers["etag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412
        assert client.get(path, headers={"Range": f"bytes={len(content)}-"}).status_code == 416
        head = client.head(path)
        assert (head.content, head.headers["content-length"]) == (b"", str(len(content)))


def test_a_large_download_is_streamed(kept: BucketService) -> None:
    content = template_zip({"filler.bin": random.Random(5).randbytes(30 << 20)})
    with kept.client() as client:
        path = f"/template/{client.ready_template(content)}/download"
        assert client.get(path).content == content
        middle = len(content) // 2
        with client.stream("GET", path, headers={"Range": f"bytes={middle}-"}) as answer:
            assert next(answer.iter_bytes(1000)) == content[middle : middle + 1000]


def test_downloads_lead_to_signed_urls_where_that_is_set(start: Start) -> None:
    service = start(signed_url_seconds="60")
    content = template_zip()
    with service.client() as client:
        path = f"/template/{client.ready_template(content)}/download"
        answer = client.get(path, headers={"Range": "bytes=3-9"})
        assert answer.status_code == 307
        assert answer.headers["location"].startswith(bucket_of(service).server.endpoint)
        part = httpx.get(answer.headers["location"], headers={"Range": "bytes=3-9"}, timeout=PATIENCE)
        assert (part.status_code, part.content) == (206, content[3:10])
        assert client.get(path, follow_redirects=True).content == content
        assert client.head(path).headers["content-length"] == str(len(content))
        assert client.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        assert client.get(f"/template/{client.key}/download").status_code == 404


@pytest.mark.long
def test_links_show_what_lies_in_the_bucket(start: Start, kept: BucketService) -> None:
    leading = start(signed_url_seconds="600")
    for service in (kept, leading):
        with service.client() as client:
            render_id = client.ready_render(client.ready_template(template_zip()))
            video = client.get(f"/render/{render_id}/download", follow_redirects=True).content
            url = client.post(f"/render/{render_id}/link", json={"expiresSeconds": 100}).json()["url"]
            answer = httpx.get(url, headers={"Range": "bytes=3-9"}, timeout=PATIENCE)
            if service is leading:
                assert answer.status_code == 307
                assert answer.headers["cache-control"] == "private, no-cache"
                asked = httpx.URL(answer.headers["location"]).params  # by the second or the fourth way of signing
                ends = int(asked.get("Expires", 0)) - time.time()
                seconds = int(asked["X-Amz-Expires"]) if "X-Amz-Expires" in asked else ends
                assert 0 < seconds <= 100, "what a link leads to ends no later than the link"
                answer = httpx.get(answer.headers["location"], headers={"Range": "bytes=3-9"}, timeout=PATIENCE)
            else:
                assert answer.headers["content-disposition"].startswith("inline")
            assert (answer.status_code, answer.content) == (206, video[3:10])
            assert client.delete(f"/render/{render_id}").status_code == 200
            assert httpx.get(url, timeout=PATIENCE).status_code == 404


@pytest.mark.long
def test_what_a_crash_left_is_found_and_removed_and_what_is_lost_is_told(start: Start) -> None:
    service = start(keep_orphans_seconds="0")
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        client.ready_audio(wav())
    assert "all holds" in velocity(service, "verify")
    bucket = bucket_of(service)
    bucket.put("renders/orphan.mp4", b"x")
    bucket.put("templates/orphan.zip", b"y")
    said = json.loads(velocity(service, "verify", "--json", status=1).splitlines()[0])
    assert said["orphans"] == ["renders/orphan.mp4", "templates/orphan.zip"]
    assert said["missing"] == said["wrong_sums"] == []
    young = service.environment.pop("VELOCITY_KEEP_ORPHANS_SECONDS")
    assert velocity(service, "cleanup").strip() == ""
    service.environment["VELOCITY_KEEP_ORPHANS_SECONDS"] = young
    time.sleep(1.1)  # the storage tells the age in seconds
    assert set(velocity(service, "cleanup").split()) == {"renders/orphan.mp4", "templates/orphan.zip"}
    assert "all holds" in velocity(service, "verify")
    bucket.remove(f"templates/{template_id}.zip")
    [lost] = json.loads(velocity(service, "verify", "--json", status=1).splitlines()[0])["missing"]
    assert lost == f"templates/{template_id}.zip: a row names it, but it is not there"
    assert len(bucket.files()) == 1
    with bucket.server.failing("denied"):
        done = subprocess.run(
            [sys.executable, "-m", "velocity_engine", "admin", "verify", "--data", str(service.data)],
            capture_output=True,
            text=True,
            env=service.process_environment(),
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "velocity: the storage does not answer; try again"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("fault", ["denied", "broken"])
def test_requests_are_503_while_the_bucket_fails_and_nothing_is_half_accepted(start: Start, fault: str) -> None:
    service = start(task_wait_seconds="60")
    bucket, content = bucket_of(service), template_zip()
    with service.client() as client:
        template_id = client.ready_template(content)
        other = client.ready_template(template_zip({"other.txt": b"x"}))
        path = f"/template/{template_id}"
        with bucket.server.failing(fault):
            answers = [
                client.post("/template/upload", files={"file": ("t.zip", content)}),
                client.post("/asset", files={"file": ("a.png", png())}),
                client.get(f"{path}/download"),
                client.get("/ready"),
            ]
            for answer in answers:
                assert answer.status_code == 503, answer.text
            for answer in answers[:-1]:
                assert answer.json()["detail"] == "the storage does not answer; try again"
                assert answer.headers["retry-after"]
            assert answers[-1].json()["detail"] == "storage: it does not answer"
            assert client.get("/template/all").status_code == client.get("/health").status_code == 200
            assert client.get(f"{path}/preview").status_code == 200  # of the copy that the worker fetched
            assert client.delete(f"/template/{other}").status_code == 200  # its file is left to the clean-up
        assert client.get(f"{path}/download").content == content
        assert len(client.get("/template/all").json()) == 1
        assert client.get("/template/storage-status").json()["usedBytes"] == len(content)
        assert len(bucket.files()) == 2
        assert client.get("/ready").status_code == 200


@pytest.mark.long
def test_a_bucket_that_is_slow_stops_neither_health_nor_the_answer_that_it_is_not_ready(start: Start) -> None:
    service = start(threads="2", workers="0")
    client = service.client()
    with bucket_of(service).server.failing("slow", 4.0):
        answer = httpx.get(f"{service.url}/ready", timeout=PATIENCE)
        assert (answer.status_code, answer.json()["detail"]) == (503, "storage: it has not answered for 2 seconds")
        assert httpx.get(f"{service.url}/health", timeout=PATIENCE).status_code == 200
        assert client.post("/template/upload", files={"file": ("t.zip", template_zip())}).status_code == 200
    client.close()


@pytest.mark.long
def test_a_render_waits_for_a_bucket_that_fails_for_a_while(start: Start) -> None:
    service = start(storage_seconds="120", lease_seconds="3")
    bucket = bucket_of(service)
    with service.client() as client:
        render_id = client.start_render(client.ready_template(slow_template(30)))
        client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
        bucket.server.requests.clear()
        with bucket.server.failing("denied"):
            await_request(bucket, "PUT", f"/renders/{render_id}")
            time.sleep(5)  # longer than a lease
            [(attempts, status)] = service.query("SELECT attempts, status FROM job WHERE id = ?", render_id)
            assert (attempts, status) == (1, "processing")
            [(charged,)] = service.query("SELECT charged_ms FROM render WHERE id = ?", render_id)
        done = client.settle(f"/render/{render_id}/status")
        assert done["status"] == "completed"
        assert done["renderTimeMilliseconds"] <= charged + 1000  # nobody pays for the wait
        assert not broken_invariants(service, client, {render_id: "render"})


def await_request(bucket: Bucket, method: str, part: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any(found == method and part in path for found, path in tuple(bucket.server.requests)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def restarted(service: BucketService, client: Client, workers: int) -> None:
    service.stop()
    for copy in (service.data / "copies").iterdir():
        copy.unlink()
    service.environment["VELOCITY_WORKERS"] = str(workers)
    service.start()
    client.base_url = httpx.URL(service.url)


@pytest.mark.long
def test_a_render_whose_files_do_not_come_fails_with_its_reason(start: Start) -> None:
    service = start(storage_seconds="0.5", max_attempts="2")
    bucket = bucket_of(service)
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        other = client.ready_template(template_zip({"other.txt": b"x"}))
        restarted(service, client, 0)
        render_id, gone = client.start_render(template_id), client.start_render(other)
        bucket.remove(f"templates/{other}.zip")
        restarted(service, client, 1)
        status = client.settle(f"/render/{gone}/status")
        assert (status["status"], status["reason"]) == ("failed", "its file is gone from the storage")
        assert client.settle(f"/render/{render_id}/status")["status"] == "completed"
        answer = client.post("/render", json=render_request(other))
        assert answer.json()["errors"] == {"templateId": ["upload it again"]}
        restarted(service, client, 0)
        render_id = client.start_render(template_id)
        restarted(service, client, 1)
        with bucket.server.failing("denied"):
            status = client.settle(f"/render/{render_id}/status")
        assert status["status"] == "failed"
        assert status["reason"] == "failed after 2 attempts: the storage does not answer; try again"


@pytest.mark.long
@pytest.mark.parametrize("moment", ["fetched", "stored"])
def test_a_render_is_cancelled_while_the_bucket_has_its_files(start: Start, moment: str) -> None:
    service = start(storage_seconds="600")
    bucket = bucket_of(service)
    with service.client() as client:
        template_id = client.ready_template(slow_template(30))
        if moment == "fetched":
            restarted(service, client, 0)
            render_id = client.start_render(template_id)
            restarted(service, client, 1)
        else:
            render_id = client.start_render(template_id)
            client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
        bucket.server.requests.clear()
        with bucket.server.failing("denied"):
            client.until(f"/render/{render_id}/status", lambda status: status["status"] == "processing")
            if moment == "stored":
                await_request(bucket, "PUT", f"/renders/{render_id}")
            assert client.post(f"/render/{render_id}/cancel").status_code == 200
            assert client.settle(f"/render/{render_id}/status", 60)["status"] == "cancelled"
        assert [file for file in bucket.files() if file.startswith("renders")] == []
        assert not broken_invariants(service, client, {})


@pytest.mark.long
def test_a_start_without_the_bucket_is_refused_with_a_sentence(s3_server: S3Server, tmp_path: Path) -> None:
    service = BucketService(tmp_path / "data", bucket=Bucket(s3_server))
    environment = service.process_environment()
    for storage, said in (
        ("s3://there-is-no-such-bucket/x", "there-is-no-such-bucket"),
        ("bucket", "VELOCITY_STORAGE must be a URL"),
        ("ftp4://x/y", "VELOCITY_STORAGE cannot be used"),
    ):
        for command in ("serve", "worker"):
            done = subprocess.run(
                [sys.executable, "-m", "velocity_engine", command, "--data", str(tmp_path / "data")],
                env={**environment, "VELOCITY_STORAGE": storage, "VELOCITY_PORT": "0"},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            assert done.returncode == 1, done.stderr
            assert said in done.stderr.splitlines()[-1]
            assert "Traceback" not in done.stderr


def test_children_have_no_credentials(kept: BucketService) -> None:
    assert kept.process
    with kept.client() as client:
        render_id = client.start_render(client.ready_template(slow_template()))
        client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
        below = children_of(kept.process.pid)
        [worker] = [pid for pid in below if "velocity_web.jobs.worker" in command_line(pid)]
        others = [pid for pid in below if pid != worker]
        assert b"AWS_" in Path(f"/proc/{worker}/environ").read_bytes()
        assert len(others) >= 3  # two forking parents, and the render
        assert not [pid for pid in others if b"AWS_" in Path(f"/proc/{pid}/environ").read_bytes()]
        assert client.post(f"/render/{render_id}/cancel").status_code == 200
