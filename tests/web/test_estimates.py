"""What a dry run foretells, and what is refused for it: 402 and 400 before any work."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from web.support_service import Client, Service, render_request
from web.support_templates import layer, png, sliding, slow_template, template_zip, wav

import velocity_engine as engine
from velocity_web.accounts.auth import key_digest
from velocity_web.services import estimates
from velocity_web.services.estimates import MARGIN, TIME_DOUBTS, Past, PosterEstimate, correction

CODECS = {0: "h264", 1: "h265", 2: "av1"}
FIVE_SECONDS: dict[str, Any] = {"frames": 150, "size": (320, 180)}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One that tries templates out, as servers do by default; those of other tests do not, for their speed."""
    running = Service(tmp_path_factory.mktemp("estimates") / "data", {"VELOCITY_TRIAL_SECONDS": "1"}).start()
    yield running
    running.stop()


def estimate(client: Client, template_id: str, **encoder: Any) -> dict[str, Any]:
    request = render_request(template_id, encoderConfig={"bitrate": 100_000, **encoder})
    answer = client.post("/render?dryRun=true", json=request)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def moving_picture() -> bytes:
    """A picture with much in it that slides under a ground of one colour."""
    import io

    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(3).integers(0, 255, (45, 80, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((640, 360), Image.Resampling.BICUBIC).save(file, "PNG")
    picture = sliding(layer("Photo", 2, 1, 150, refId="photo"), 150, 300)
    asset = {"id": "photo", "w": 640, "h": 360, "u": "images/", "p": "photo.png", "e": 0}
    return template_zip(
        {"images/photo.png": file.getvalue()}, frames=150, size=(640, 360), layers=[picture], assets=[asset]
    )


@pytest.fixture(scope="module")
def moving(service: Service) -> tuple[Client, str]:
    client = service.client()
    return client, client.ready_template(moving_picture())


def test_the_estimate_looks_at_codec_preset_size_and_frames(moving: tuple[Client, str]) -> None:
    client, template_id = moving
    for codec in CODECS:
        times = [estimate(client, template_id, codec=codec, preset=preset)["expectedMilliseconds"] for preset in (0, 5)]
        assert times[0] > 1.5 * times[1]
    # A bitrate that grows with the pixels: of the same one, a small picture would get the better quality.
    sizes = [
        estimate(client, template_id, res=[width, width * 9 // 16], bitrate=width * width // 6)
        for width in (320, 640, 1280)
    ]
    assert [one["expectedMilliseconds"] for one in sizes] == sorted({one["expectedMilliseconds"] for one in sizes})
    assert [one["expectedBytes"] for one in sizes] == sorted({one["expectedBytes"] for one in sizes})
    request = render_request(template_id, jobInfo={"fStart": 0, "fEnd": 30})
    short = client.post("/render?dryRun=true", json=request).json()
    whole = client.post("/render?dryRun=true", json=render_request(template_id)).json()
    assert short["expectedMilliseconds"] < whole["expectedMilliseconds"]
    assert short["expectedBytes"] < whole["expectedBytes"]


def test_an_estimate_states_its_margin(moving: tuple[Client, str]) -> None:
    answer = estimate(*moving)
    for unit in ("Milliseconds", "Bytes"):
        least, expected, most = (answer[f"{word}{unit}"] for word in ("least", "expected", "most"))
        assert least == int(expected / MARGIN)
        assert most == math.ceil(expected * MARGIN)


def test_what_is_held_takes_fewer_bytes_than_what_moves(moving: tuple[Client, str]) -> None:
    client, template_id = moving
    static = client.ready_template(template_zip(frames=150, size=(640, 360), layers=[]))
    assert 4 * estimate(client, static)["expectedBytes"] < estimate(client, template_id)["expectedBytes"]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("bitrate", [30_000, 100_000])
def test_bytes_of_a_variable_bitrate_are_foretold(moving: tuple[Client, str], codec: int, bitrate: int) -> None:
    client, template_id = moving
    encoder = {"bitrate": bitrate, "codec": codec, "res": [320, 180], "preset": 4}
    expected = estimate(client, template_id, **encoder)["expectedBytes"]
    render_id = client.ready_render(template_id, encoderConfig=encoder)
    size = client.get(f"/render/{render_id}/status").json()["sizeBytes"]
    assert size / 2 <= expected <= 2 * size


def test_bytes_of_a_constant_bitrate_are_the_rate_by_the_seconds(moving: tuple[Client, str]) -> None:
    expected = estimate(*moving, bitrate=200_000, rc=0)["expectedBytes"]
    assert expected == pytest.approx(200_000 * 5, rel=0.1)


def test_a_sound_takes_bytes(moving: tuple[Client, str]) -> None:
    client, template_id = moving
    audio_id = client.ready_audio(wav(3))
    silent = estimate(client, template_id, bitrate=100_000)["expectedBytes"]
    request = render_request(template_id, encoderConfig={"bitrate": 100_000}, audioId=audio_id)
    loud = client.post("/render?dryRun=true", json=request).json()["expectedBytes"]
    assert loud - silent > 3 * 192_000 / 8 / 2


def test_a_template_that_was_analysed_before_there_were_trials_is_estimated_roughly(service: Service) -> None:
    client = service.client()
    template_id = client.ready_template(template_zip(**FIVE_SECONDS))
    analysis = json.loads(service.query("SELECT analysis FROM template WHERE id = ?", template_id)[0][0])
    assert analysis.pop("trial")
    service.query("UPDATE template SET analysis = ? WHERE id = ?", json.dumps(analysis), template_id)
    answer = estimate(client, template_id)
    assert answer["expectedMilliseconds"] > 3 * answer["leastMilliseconds"] > 0
    assert answer["expectedBytes"] > 3 * answer["leastBytes"] > 0


def test_a_render_that_needs_more_time_than_is_left_is_402_and_costs_nothing(service: Service) -> None:
    client = service.client(budget_ms=2574)
    template_id = client.ready_template(slow_template())
    answer = client.post("/render", json=render_request(template_id))
    assert answer.status_code == 402
    detail = answer.json()["detail"]
    expected = client.post("/render?dryRun=true", json=render_request(template_id)).json()
    assert f"at least {expected['leastMilliseconds']}" in detail
    assert "2574 ms of the budget" in detail
    assert client.get("/render/history").json() == client.get("/render/active").json() == []
    assert client.get("/render/render-time-budget-status").json()["usedMilliseconds"] == 0
    short = render_request(
        template_id,
        jobInfo={"fStart": 0, "fEnd": 5},
        encoderConfig={"bitrate": 100_000, "res": [320, 180], "preset": 5},
    )
    assert client.post("/render", json=short).status_code == 200


def test_a_batch_that_needs_more_time_than_is_left_is_402(service: Service) -> None:
    client = service.client(budget_ms=2574)
    template_id = client.ready_template(template_zip(**FIVE_SECONDS))
    least = estimate(client, template_id, preset=5)["leastMilliseconds"]
    rows = [{"name": f"Row {number}"} for number in range(2574 // least + 1)]
    request = {"templateId": template_id, "encoderConfig": {"bitrate": 100_000, "preset": 5}, "rows": rows}
    assert client.post("/render/batch", json=request).status_code == 402
    assert client.get("/render/batch").json() == client.get("/render/active").json() == []


def test_a_video_that_does_not_fit_is_400_before_any_work(service: Service) -> None:
    client = service.client(quota_mb=1)
    template_id = client.ready_template(template_zip(**FIVE_SECONDS))
    filler = client.get("/template/storage-status").json()["availableBytes"] - 686_905
    client.post("/asset", files={"file": ("a.png", png() + b"\0" * (filler - len(png())))}).raise_for_status()
    assert client.get("/template/storage-status").json()["availableBytes"] == 686_905
    encoder = {"bitrate": 5_000_000, "rc": 0}
    answer = client.post("/render", json=render_request(template_id, encoderConfig=encoder))
    assert answer.status_code == 400
    assert answer.json()["title"] == "Storage quota exceeded"
    assert "686905 bytes" in answer.json()["detail"]
    assert client.get("/render/history").json() == client.get("/render/active").json() == []
    assert client.get("/render/render-time-budget-status").json()["usedMilliseconds"] == 0
    client.ready_render(template_id, encoderConfig={"bitrate": 20_000})


FORMATS = ("png", "jpeg", "webp")


def foretold(client: Client, template_id: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/render?dryRun=true", json=render_request(template_id, **more))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("customizations", [[], [{"layer": "Photo", "visible": False}]])
def test_a_poster_stands_in_the_estimate(moving: tuple[Client, str], kind: str, customizations: list[Any]) -> None:
    client, template_id = moving
    request = {"customizationMap": customizations, "jobInfo": {"fStart": 30, "fEnd": 38 + len(customizations)}}
    plain = foretold(client, template_id, **request)
    request["output"] = {"poster": {"frame": 33, "format": kind}}
    both = foretold(client, template_id, **request)
    least, expected, most = (both[f"{word}Bytes"] - plain[f"{word}Bytes"] for word in ("least", "expected", "most"))
    render_id = client.ready_render(template_id, **request)
    true = len(client.get(f"/render/{render_id}/poster").content)
    assert least <= true <= most
    assert true / MARGIN <= expected <= true * MARGIN


def test_the_time_of_a_poster_is_added_to_that_of_the_video() -> None:
    forecast, encoder = engine.Forecast(30, 400.0, 50_000.0), engine.EncoderConfig()
    poster = PosterEstimate(milliseconds=25.0, size_bytes=8_000, margin=1.5)
    plain = estimates.estimate("t", forecast, encoder, [], tried=True)
    both = estimates.estimate("t", forecast, encoder, [], poster=poster, tried=True)
    assert (plain.milliseconds, both.milliseconds) == (400, 425)
    assert (plain.size_bytes, both.size_bytes) == (50_000, 58_000)


def test_a_poster_that_does_not_fit_is_400_before_any_work(service: Service) -> None:
    client = service.client(quota_mb=2)
    template_id = client.ready_template(moving_picture())
    filler = client.get("/template/storage-status").json()["availableBytes"] - 150_000
    client.post("/asset", files={"file": ("a.png", png() + b"\0" * (filler - len(png())))}).raise_for_status()
    request = render_request(template_id, jobInfo={"fStart": 30, "fEnd": 33})
    with_poster = {**request, "output": {"poster": {"format": "png"}}}
    batch = {**with_poster, "rows": [{"name": "One"}]}
    for path, body in (("/render", with_poster), ("/render/batch", batch)):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()["title"]) == (400, "Storage quota exceeded")
        assert "and 150000 bytes of 2 MB are left" in answer.json()["detail"]
    assert client.get("/render/history").json() == client.get("/render/active").json() == []
    assert client.get("/render/batch").json() == []
    assert client.get("/render/render-time-budget-status").json()["usedMilliseconds"] == 0
    assert client.post("/render", json=request).status_code == 200, "without the poster it fits"


def test_posters_of_renders_before_hold_their_part_of_the_quota(service: Service) -> None:
    client = service.client()
    template_id = client.ready_template(slow_template())
    poster = {"output": {"poster": {"format": "png"}}}
    plain, least = (foretold(client, template_id, **more)["leastBytes"] for more in ({}, poster))
    ids = [client.start_render(template_id, **more) for more in ({}, poster)]
    held = [service.query("SELECT reserved_bytes FROM render WHERE id = ?", one)[0][0] for one in ids]
    assert held == [plain, least] and least > plain
    for render_id in ids:
        client.post(f"/render/{render_id}/cancel")


def test_a_batch_counts_the_poster_of_each_row(moving: tuple[Client, str]) -> None:
    client, template_id = moving
    output = {"poster": {"format": "jpeg"}}
    one = foretold(client, template_id, output=output)
    request = render_request(template_id, output=output, rows=[{"name": "One"}, {"name": "Two"}])
    both = client.post("/render/batch?dryRun=true", json=request).json()
    for figure in ("leastBytes", "expectedBytes", "mostBytes", "expectedMilliseconds"):
        assert both[figure] == 2 * one[figure]


def test_a_poster_is_drawn_again_for_another_map(moving: tuple[Client, str]) -> None:
    client, template_id = moving
    request: dict[str, Any] = {"jobInfo": {"fStart": 40, "fEnd": 43}, "output": {"poster": {"format": "webp"}}}
    hidden = [{"layer": "Photo", "visible": False}]
    shown, bare, again = (foretold(client, template_id, **request, customizationMap=one) for one in ([], hidden, []))
    assert shown["expectedBytes"] == again["expectedBytes"] > 2 * bare["expectedBytes"]
    rows = [{"name": "Shown"}, {"name": "Bare", "customizationMap": hidden}]
    both = client.post("/render/batch?dryRun=true", json=render_request(template_id, **request, rows=rows)).json()
    assert both["expectedBytes"] == 2 * shown["expectedBytes"]
    assert both["leastBytes"] < 2 * shown["leastBytes"] and both["mostBytes"] > 2 * shown["mostBytes"]


def test_a_poster_that_shows_an_asset_has_a_wider_margin(moving: tuple[Client, str]) -> None:
    """The process that checks must not read assets, so it draws the poster without them."""
    client, template_id = moving
    asset_id = client.post("/asset", files={"file": ("a.png", png())}).json()["assetId"]
    request: dict[str, Any] = {"customizationMap": [{"layer": "Photo", "image": {"assetId": asset_id}}]}
    plain = foretold(client, template_id, **request)
    both = foretold(client, template_id, **request, output={"poster": {"format": "png"}})
    least, expected, most = (both[f"{word}Bytes"] - plain[f"{word}Bytes"] for word in ("least", "expected", "most"))
    assert 3.9 * least <= expected and 3.9 * expected <= most


def test_a_budget_that_is_lowered_meanwhile_ends_a_render_with_that_reason(service: Service) -> None:
    client = service.client()
    render_id = client.start_render(client.ready_template(slow_template()))
    service.query(
        "UPDATE account SET budget_ms = 1500 WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
        key_digest(client.key),
    )
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "failed"
    assert "budget" in status["reason"]
    budget = client.get("/render/render-time-budget-status").json()
    assert (budget["usedMilliseconds"], budget["remainingMilliseconds"]) == (1500, 0)


def test_renders_before_hold_their_part_of_the_budget(service: Service) -> None:
    client = service.client()
    template_id = client.ready_template(slow_template())
    least = client.post("/render?dryRun=true", json=render_request(template_id)).json()["leastMilliseconds"]
    service.query(
        "UPDATE account SET budget_ms = ? WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
        int(2.5 * least),
        key_digest(client.key),
    )
    ids = [client.start_render(template_id) for _ in range(2)]
    answer = client.post("/render", json=render_request(template_id))
    assert answer.status_code == 402
    assert "that the renders before it need" in answer.json()["detail"]
    assert client.post(f"/render/{ids[1]}/cancel").status_code == 200
    ids[1] = client.start_render(template_id)
    for render_id in ids:
        client.post(f"/render/{render_id}/cancel")


# --- what is learnt ---------------------------------------------------------------------------------------------------


def past(count: int, factor: float, template_id: str = "t", manner: str = "h264//1") -> list[Past]:
    return [Past(template_id, manner, math.log(factor), math.log(factor))] * count


def factor(pasts: list[Past], template_id: str = "t", manner: str = "h264//1") -> float:
    return math.exp(correction(pasts, template_id, manner, lambda one: one.time, TIME_DOUBTS))


def test_without_a_past_the_forecast_stands() -> None:
    assert factor([]) == 1.0


def test_one_render_of_the_template_in_that_manner_counts_for_much_and_others_for_little() -> None:
    one = past(1, 4.0)
    assert factor(one) > 3.0
    assert 1.0 < factor(one, template_id="other") < factor(one)
    assert 1.0 < factor(one, "other", "av1//1") < factor(one, template_id="other")


def test_many_renders_are_believed() -> None:
    assert factor(past(40, 3.0), "other", "av1//1") == pytest.approx(3.0, rel=0.1)
    both = [*past(20, 2.0, manner="av1//1"), *past(20, 0.5, manner="h264//1")]
    assert factor(both, "other", "av1//1") > 1.5
    assert factor(both, "other", "h264//1") < 0.7


def test_one_render_that_took_absurdly_long_does_not_spoil_the_others() -> None:
    assert factor([*past(20, 1.0), *past(1, 1000.0)]) == pytest.approx(1.0, rel=0.05)


def test_estimates_learn_from_what_renders_took(service: Service) -> None:
    client = service.client()
    template_id = client.ready_template(template_zip(**FIVE_SECONDS))
    ids = [client.ready_render(template_id) for _ in range(2)]
    before = client.post("/render?dryRun=true", json=render_request(template_id)).json()
    for render_id in ids:
        service.query(
            "UPDATE render SET render_ms = render_ms * 10, size_bytes = size_bytes * 10 WHERE id = ?", render_id
        )
    after = client.post("/render?dryRun=true", json=render_request(template_id)).json()
    assert after["expectedMilliseconds"] > 3 * before["expectedMilliseconds"]
    assert after["expectedBytes"] > 3 * before["expectedBytes"]


def test_a_new_kind_of_render_is_sampled_once(moving: tuple[Client, str]) -> None:
    """What was measured once stands: with no render between them, the answers are the same to the millisecond."""
    client, template_id = moving
    answers = [estimate(client, template_id, bitrate=87_654, res=[320, 180]) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


def test_a_short_video_is_foretold_to_the_kilobyte(moving: tuple[Client, str]) -> None:
    """All of its frames are in the sample."""
    client, template_id = moving
    request = {"encoderConfig": {"bitrate": 100_000, "res": [320, 180]}, "jobInfo": {"fStart": 30, "fEnd": 38}}
    expected = client.post("/render?dryRun=true", json=render_request(template_id, **request)).json()["expectedBytes"]
    render_id = client.ready_render(template_id, **request)
    size = client.get(f"/render/{render_id}/status").json()["sizeBytes"]
    assert expected == pytest.approx(size, rel=0.3)
