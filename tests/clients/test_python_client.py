"""The Python client against a live service, waiting and awaiting, also over connections that break."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from clients.breaking_proxy import BreakingProxy, Fault
from clients.scripted_server import Answer, Asked, ScriptedServer
from standardwebhooks.webhooks import Webhook
from web.support_service import Client, Service
from web.support_templates import png, slow_template, template_zip, wav, zipped

from velocity_client import (
    AsyncVelocity,
    Damaged,
    Failed,
    Mistaken,
    Refused,
    Retries,
    ServiceWarning,
    TimedOut,
    Unreachable,
    Unreadable,
    Velocity,
    webhooks,
)
from velocity_client.generated.models.render_queued_status import RenderQueuedStatus

QUICK = Retries(first_pause=0.01)
ENCODER = {"bitrate": 100_000, "preset": 5}


def frames_of(video: Path) -> int:
    with av.open(str(video)) as container:
        return sum(1 for _frame in container.decode(video=0))


@pytest.fixture
def key(service: Service) -> str:
    return service.add_user()


@pytest.fixture
def velocity(service: Service, key: str) -> Iterator[Velocity]:
    with Velocity(service.url, key, retries=QUICK) as made:
        yield made


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "card.zip"
    path.write_bytes(template_zip())
    return path


def test_from_a_file_to_a_video(velocity: Velocity, package: Path, tmp_path: Path) -> None:
    stages: list[str] = []
    template = velocity.templates.upload(package, on_stage=stages.append)
    assert template.name == "card"
    assert stages[-1] == "completed"
    assert [one.id for one in velocity.templates.list()] == [template.id]
    assert velocity.templates.download(template, tmp_path / "again.zip").read_bytes() == package.read_bytes()

    render = velocity.render(template, name="Mine", encoder=ENCODER, frames=(0, 5))
    seen = [(status.status, status.frames_done) for status in render.progress()]
    assert seen[-1] == ("completed", 5)
    assert len(set(seen)) == len(seen)
    told: list[tuple[int, int | None]] = []
    video = render.download(tmp_path / "video.mp4", on_bytes=lambda have, all_of: told.append((have, all_of)))
    assert frames_of(video) == 5
    assert told[-1] == (video.stat().st_size, video.stat().st_size)
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".part")] == []

    link = render.link(60)
    assert httpx.get(link.url).content == video.read_bytes()

    [listed] = velocity.renders.list()
    assert (listed.render_id, listed.name) == (render.id, "Mine")
    assert velocity.renders.get(str(render.id)).detail().encoder_config.bitrate == 100_000
    assert velocity.budget().used_milliseconds > 0
    render.delete()
    velocity.templates.delete(template)
    with pytest.raises(Refused) as refused:
        velocity.templates.get(template)
    assert refused.value.status == 404


def test_the_same_for_code_that_awaits(service: Service, key: str, package: Path, tmp_path: Path) -> None:
    async def journey() -> tuple[list[str], Path]:
        async with AsyncVelocity(service.url, key, retries=QUICK) as velocity:
            template = await velocity.templates.upload(package)
            estimate, first, second = await asyncio.gather(
                velocity.estimate(template, encoder=ENCODER),
                velocity.render(template, encoder=ENCODER),
                velocity.render(template, encoder=ENCODER, frames=(1, None)),
            )
            assert estimate.frames > 0
            states = [str(status.status) async for status in first.progress()]
            await second.wait(on_progress=lambda status: states.append(str(status.status)))
            return states, await second.download(tmp_path / "second.mp4")

    states, video = asyncio.run(journey())
    assert states.count("completed") == 2
    assert frames_of(video) > 0


def test_changes_reach_the_template(velocity: Velocity, tmp_path: Path) -> None:
    demo = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
    template = velocity.templates.upload(demo)
    photo = tmp_path / "photo.png"
    photo.write_bytes(png())
    (tmp_path / "sound.wav").write_bytes(wav())
    changes: dict[str, Any] = {"texts": {"Headline": "Hello"}, "images": {"Photo": photo}}
    render = velocity.render(template, audio=tmp_path / "sound.wav", encoder=ENCODER, frames=(0, 2), **changes)
    again = velocity.render(template, encoder={**ENCODER, "res": [320, 180]}, frames=(0, 2), **changes)
    render.wait()
    again.wait()
    [asset] = velocity.assets.list()  # uploaded once
    detail = render.detail()
    assert detail.audio_id == velocity.sounds.list()[0].id
    assert [entry.to_dict() for entry in detail.customization_map] == [
        {"layer": "Headline", "text": "Hello"},
        {"layer": "Photo", "image": {"assetId": str(asset.id)}},
    ]
    assert detail.job_info.f_end == 2

    plain = velocity.templates.preview(template, frame=40, width=160)
    picture = velocity.templates.preview(template, frame=40, width=160, **changes)
    sheet = velocity.templates.preview(template, frames=[0, 40], columns=2, width=80, format="jpeg", **changes)
    assert (picture.width, picture.frames, picture.content[1:4]) == (160, (40,), b"PNG")
    assert plain.content != picture.content
    assert (sheet.width, sheet.frames, sheet.content_type) == (160, (0, 40), "image/jpeg")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(velocity.templates.clip(template, frames=(0, 10), width=64, frame_rate=10, **changes))
    assert frames_of(clip) > 1


def test_what_is_wrong_is_said(service: Service, velocity: Velocity, package: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(zipped({"data.json": "{}"}))
    with pytest.raises(Failed, match=r"the template .* failed: .*data\.json"):
        velocity.templates.upload(broken)
    template = velocity.templates.upload(package)
    with pytest.raises(Refused, match=r"customizationMap.*Nowhere") as refused:
        velocity.render(template, texts={"Nowhere": "Hello"})
    assert refused.value.status == 400
    assert any("Nowhere" in text for texts in refused.value.errors.values() for text in texts)
    with pytest.raises(Mistaken, match="no argument 'text'"):
        velocity.render(template, text={"Headline": "Hello"})  # type: ignore[call-arg]
    with pytest.raises(FileNotFoundError, match=r"no file .*missing\.png"):
        velocity.render(template, images={"Photo": tmp_path / "missing.png"})
    with pytest.raises(Refused, match="API key") as wrong_key:
        Velocity(service.url, "wrong").templates.list()
    assert wrong_key.value.status == 401


def test_a_cancelled_render_is_no_video(velocity: Velocity, tmp_path: Path) -> None:
    slow = tmp_path / "slow.zip"
    slow.write_bytes(slow_template())
    render = velocity.render(velocity.templates.upload(slow), encoder=ENCODER)
    with pytest.raises(TimedOut):
        render.wait(timeout=0.2)
    render.cancel()
    with pytest.raises(Failed, match="was cancelled"):
        render.wait()
    with pytest.raises(Refused) as refused:
        render.download(tmp_path / "video.mp4")
    assert refused.value.status == 404
    assert not (tmp_path / "video.mp4").exists()


def test_a_batch(velocity: Velocity, package: Path, tmp_path: Path) -> None:
    template = velocity.templates.upload(package)
    batch = velocity.batch(template, [{"name": "Ada"}, {"name": "a/b", "texts": {"Nowhere": "x"}}], encoder=ENCODER)
    ended = batch.wait()
    assert [row.status for row in ended.rows] == ["completed", "rejected"]
    [video] = batch.download(tmp_path / "videos")
    assert video.name.endswith("-Ada.mp4")
    assert frames_of(video) > 0
    by_csv = velocity.batch(template, "name\nGrace\n", encoder=ENCODER)
    assert [row.name for row in by_csv.wait().rows] == ["Grace"]
    assert {one.batch_id for one in velocity.batches.list()} == {batch.id, by_csv.id}


def test_what_is_said_is_sent(velocity: Velocity, package: Path, tmp_path: Path) -> None:
    template = velocity.templates.upload(package)
    said = tmp_path / "said.srt"
    said.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n", encoding="utf-16")
    asset = velocity.assets.upload(said)
    assert (asset.kind, asset.format_) == ("captions", "srt")
    plain = velocity.templates.preview(template, width=64).content
    pictures = {
        velocity.templates.preview(template, width=64, captions=one).content
        for one in (said, said.read_bytes(), asset, asset.id, {"assetId": str(asset.id)})
    }
    assert len(pictures) == 1 and plain not in pictures
    assert velocity.estimate(template, captions=said, encoder=ENCODER).frames > 0
    rows: list[Any] = [{"name": "one", "captions": said}, {"name": "two"}]
    found = velocity.batch(template, rows, encoder=ENCODER, captions={"style": "pop"}).wait()
    assert [str(row.status) for row in found.rows] == ["completed", "completed"]
    with pytest.raises(Refused, match="no region of the template is elastic"):
        velocity.templates.clip(template, duration=60.0)
    with pytest.raises(FileNotFoundError, match=r"nowhere\.srt"):
        velocity.render(template, captions="nowhere.srt")


def test_a_download_goes_on_where_the_connection_broke(service: Service, key: str, tmp_path: Path) -> None:
    with Client(service.url, key) as client:
        render_id = client.ready_render(
            client.ready_template(template_zip()), encoderConfig={"bitrate": 500_000, "rc": 0}
        )
        content = client.get(f"/render/{render_id}/download").content
    assert len(content) > 4000
    request = b"GET /render/%s/download" % render_id.encode()
    with BreakingProxy(service.url, Fault(request, 2000, times=2)) as proxy:
        with Velocity(proxy.url, key, retries=QUICK) as velocity:
            video = velocity.renders.get(render_id).download(tmp_path / "video.mp4")
        assert video.read_bytes() == content
        first, *later = proxy.heads(request)
    assert b"Range:" not in first
    assert len(later) == 2
    tag = hashlib.sha256(content).hexdigest().encode()
    assert all(b'If-Range: "%s"' % tag in head and b"Range: bytes=" in head for head in later)


def test_a_download_goes_on_in_another_process(service: Service, key: str, tmp_path: Path) -> None:
    with Client(service.url, key) as client:
        render_id = client.ready_render(client.ready_template(template_zip()))
        content = client.get(f"/render/{render_id}/download").content
    request = b"GET /render/%s/download" % render_id.encode()
    target = tmp_path / "video.mp4"
    with BreakingProxy(service.url, Fault(request, 1000, times=1)) as proxy:
        with (
            Velocity(proxy.url, key, retries=Retries(most=0)) as velocity,
            pytest.raises(Unreachable),
        ):
            velocity.renders.get(render_id).download(target)
        [part] = tmp_path.iterdir()
        assert content.startswith(part.read_bytes())
        assert part.stat().st_size
        with Velocity(proxy.url, key, retries=QUICK) as velocity:
            velocity.renders.get(render_id).download(target)
            assert [file.name for file in tmp_path.iterdir()] == ["video.mp4"]
            assert target.read_bytes() == content
        assert b"Range: bytes=" in proxy.heads(request)[-1]


@pytest.mark.parametrize("left", [b"something else", b"x" * 10**6], ids=["shorter", "longer"])
def test_what_was_left_of_another_file_is_not_used(
    velocity: Velocity, package: Path, tmp_path: Path, left: bytes
) -> None:
    template = velocity.templates.upload(package)
    (tmp_path / f".again.zip.{hashlib.sha256(left).hexdigest()}.part").write_bytes(left)
    got = velocity.templates.download(template, tmp_path / "again.zip")
    assert got.read_bytes() == package.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["again.zip", "card.zip"]


def test_what_was_left_of_a_neighbour_is_let_alone(velocity: Velocity, package: Path, tmp_path: Path) -> None:
    template = velocity.templates.upload(package)
    neighbour = tmp_path / ".again.zip.0123456789abcdef.part"
    neighbour.write_bytes(b"of again.zip")
    velocity.templates.download(template, tmp_path / "again")
    assert neighbour.read_bytes() == b"of again.zip"


def test_a_damaged_part_is_found_out(velocity: Velocity, package: Path, tmp_path: Path) -> None:
    template = velocity.templates.upload(package)
    tag = hashlib.sha256(package.read_bytes()).hexdigest()
    (tmp_path / f".again.zip.{tag}.part").write_bytes(b"damaged")
    with pytest.raises(Damaged, match="another content"):
        velocity.templates.download(template, tmp_path / "again.zip")
    assert [file.name for file in tmp_path.iterdir()] == ["card.zip"]
    (tmp_path / f".again.zip.{tag}.part").write_bytes(package.read_bytes())  # whole, but for its name
    assert velocity.templates.download(template, tmp_path / "again.zip").read_bytes() == package.read_bytes()


def test_a_render_whose_answer_was_lost_is_one_render(service: Service, key: str, package: Path) -> None:
    with BreakingProxy(service.url, Fault(b"POST /render?", 0, times=2)) as proxy:
        with Velocity(proxy.url, key, retries=QUICK) as velocity:
            template = velocity.templates.upload(package)
            render = velocity.render(template, encoder=ENCODER)
            render.wait()
            other = velocity.render(template, encoder=ENCODER)
            other.wait()
        sent = proxy.heads(b"POST /render?")
        assert len(sent) == 4
        keys = [line for head in sent for line in head.split(b"\r\n") if line.lower().startswith(b"idempotency-key")]
        assert keys[0] == keys[1] == keys[2] != keys[3]
    with Client(service.url, key) as client:
        assert {one["renderId"] for one in client.get("/render/history").json()} == {str(render.id), str(other.id)}


def test_what_may_not_be_done_twice_is_not_sent_twice(service: Service, key: str, package: Path) -> None:
    with (
        BreakingProxy(service.url, Fault(b"POST /template/upload", 0)) as proxy,
        Velocity(proxy.url, key, retries=QUICK) as velocity,
    ):
        with pytest.raises(Unreachable, match="POST /template/upload had no answer from http://127"):
            velocity.templates.upload(package)
        assert len(proxy.heads(b"POST /template/upload")) == 1


def test_retry_after_is_kept(package: Path) -> None:
    def script(asked: Asked) -> Answer:
        if len(server.asked) == 1:
            return Answer(429, b"{}", {"Retry-After": "1", "Content-Type": "application/problem+json"})
        if len(server.asked) == 2:
            return Answer(503, b"<html>", {"Content-Type": "text/html"})
        return Answer(200, b"[]", {"Content-Type": "application/json"})

    with ScriptedServer(script) as server, Velocity(server.url, "key", retries=QUICK) as velocity:
        assert velocity.templates.list() == []
        first, second, third = server.asked
    assert second.at - first.at >= 1
    assert third.at > second.at


def test_it_does_not_wait_for_ever() -> None:
    def script(_asked: Asked) -> Answer:
        return Answer(503, b'{"title": "Busy", "status": 503, "detail": "come back"}', {"Retry-After": "86400"})

    with ScriptedServer(script) as server, Velocity(server.url, "key", retries=QUICK) as velocity:
        with pytest.raises(Refused, match="come back"):
            velocity.templates.list()
        assert len(server.asked) == 1


def test_the_key_does_not_follow_to_the_storage(tmp_path: Path) -> None:
    content = b"video" * 1000
    tag = hashlib.sha256(content).hexdigest()

    def bucket_script(_asked: Asked) -> Answer:
        return Answer(200, content, {"ETag": '"of-the-bucket"'})

    def script(_asked: Asked) -> Answer:
        return Answer(307, b"", {"Location": f"{bucket.url}/signed?token=1", "ETag": f'"{tag}"'})

    with ScriptedServer(bucket_script) as bucket, ScriptedServer(script) as server:
        with Velocity(server.url, "secret", retries=QUICK) as velocity:
            got = velocity.renders.get("550e8400-e29b-41d4-a716-446655440000").download(tmp_path / "video.mp4")
        assert got.read_bytes() == content
        assert server.asked[0].headers["X-API-Key"] == "secret"
        assert "secret" not in json.dumps(dict(bucket.asked[0].headers))


def test_metadata_is_sent() -> None:
    identity = "550e8400-e29b-41d4-a716-446655440000"

    def script(_asked: Asked) -> Answer:
        return Answer(200, json.dumps({"renderId": identity, "status": "pending"}).encode())

    with ScriptedServer(script) as server, Velocity(server.url, "key", retries=QUICK) as velocity:
        velocity.render(identity, metadata={"order": "17"})
        with pytest.raises(Unreadable):  # the script answers a render to a batch
            velocity.batch(identity, [{"metadata": {"line": "1"}}], metadata={"order": "17"})
        render, batch = (json.loads(asked.body) for asked in server.asked)
    assert render["metadata"] == {"order": "17"}
    assert (batch["metadata"], batch["rows"][0]["metadata"]) == ({"order": "17"}, {"line": "1"})


def test_what_is_no_id_is_said_before_the_service_is_asked() -> None:
    def script(_asked: Asked) -> Answer:
        return Answer(500)

    with ScriptedServer(script) as server, Velocity(server.url, "key", retries=QUICK) as velocity:
        for ask in (velocity.templates.get, velocity.templates.delete, velocity.render, velocity.estimate):
            with pytest.raises(Mistaken, match=r"^'x' is no template: give what upload or get returned, or its id$"):
                ask("x")
        for find in (velocity.renders.get, velocity.batches.get, velocity.assets.get, velocity.sounds.delete):
            with pytest.raises(Mistaken, match=r"^'x' is no id of a [a-z ]+: an id is 32 hexadecimal digits"):
                find("x")
        assert server.asked == []


def test_what_the_service_warns_of_is_a_warning_at_the_line_that_asked() -> None:
    identity = "550e8400-e29b-41d4-a716-446655440000"
    sentences = (
        "unknown field encoderConfig.bitrat was ignored; did you mean bitrate?",
        "unknown field a, was ignored",
    )

    def script(_asked: Asked) -> Answer:
        said = ", ".join(f'299 - "{sentence}"' for sentence in sentences)
        return Answer(200, json.dumps({"renderId": identity, "status": "pending"}).encode(), {"Warning": said})

    async def ask(url: str) -> None:
        async with AsyncVelocity(url, "key", retries=QUICK) as velocity:
            await velocity.render(identity, encoder={"bitrat": 1})

    with ScriptedServer(script) as server, Velocity(server.url, "key", retries=QUICK) as velocity:
        with pytest.warns(ServiceWarning) as blocking:
            velocity.render(identity, encoder={"bitrat": 1})
        with pytest.warns(ServiceWarning) as awaited:
            asyncio.run(ask(server.url))
    for told in (blocking, awaited):
        assert tuple(str(one.message) for one in told) == sentences
        assert {one.filename for one in told} == {__file__}


def test_a_refusal_says_each_sentence_once() -> None:
    said = {"title": "Bad request", "status": 400, "detail": "the ZIP was cut off"}
    told = {"file": ["the ZIP was cut off"], "name": ["too long"], "": ["twice"]}

    def script(_asked: Asked) -> Answer:
        return Answer(400, json.dumps({**said, "errors": told}).encode())

    with (
        ScriptedServer(script) as server,
        Velocity(server.url, "key", retries=QUICK) as velocity,
        pytest.raises(Refused, match=r"^the ZIP was cut off: name: too long; twice$") as refused,
    ):
        velocity.templates.list()
    assert refused.value.errors == told


def test_an_answer_of_another_version_is_said_to_be_one() -> None:
    def script(_asked: Asked) -> Answer:
        return Answer(200, b'[{"id": 5}]', {"Content-Type": "application/json"})

    with (
        ScriptedServer(script) as server,
        Velocity(server.url, "key", retries=QUICK) as velocity,
        pytest.raises(Unreadable, match="the client of the service's version"),
    ):
        velocity.templates.list()


def test_a_status_of_a_newer_service_is_kept() -> None:
    assert RenderQueuedStatus("paused") == "paused"
    assert RenderQueuedStatus("completed") is RenderQueuedStatus.COMPLETED


def test_webhooks_are_verified() -> None:
    secret = "whsec_" + "c2VjcmV0" * 4
    body = b'{"type":"render.completed","data":{"renderId":"1"}}'
    now = datetime.now(UTC)
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": "v1,AAAA " + Webhook(secret).sign("msg_1", now, body.decode()),
    }
    assert webhooks.verify(body, headers, secret)["type"] == "render.completed"
    old = {**headers, "Webhook-Timestamp": str(int(now.timestamp()) - 1000)}
    for wrong_body, wrong_headers, wrong_secret in (
        (body + b" ", headers, secret),
        (body, old, secret),
        (body, headers, "whsec_" + "c2VjcmV1" * 4),
        (body, {}, secret),
    ):
        with pytest.raises(webhooks.Forged):
            webhooks.verify(wrong_body, wrong_headers, wrong_secret)
