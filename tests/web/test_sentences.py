"""Every sentence that the service sends is one for the person who sent the request."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from web.support_sentences import check, faults, literals
from web.support_service import Client, render_request
from web.support_templates import document, layer, png, slow_template, template_zip, wav, zipped

from velocity_web.http.operation import Operation
from velocity_web.processes.telling import reason, with_known_names
from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.reading import field_errors
from velocity_web.schemas.sentences import BY_PATTERN, BY_TYPE, OTHERWISE, bounded, joined, sentence_for
from velocity_web.server.app import ROUTES

JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    9,
    1.5,
    2**40,
    -(2**40),
    "",
    "x",
    "1.5",
    "9" * 5000,
    "a\nb",
    "n" * 3000,
    "http://",
    "ftp://example.com/",
    "http://exa mple.com",
    "https://example.com/" + "a" * 3000,
    "\ud800",
    [],
    [1],
    ["x", None],
    list(range(9)),
    {},
    {"x": 1},
)


def request_models() -> set[type[RequestModel]]:
    found: set[type[RequestModel]] = set()
    for _path, kind in ROUTES:
        for method in ("get", "post", "put", "patch", "delete"):
            spec = getattr(getattr(kind, f"on_{method}", None), "operation", None)
            if isinstance(spec, Operation):
                found |= {model for model in (spec.model, spec.query) if model is not None}
    waiting = list(found)
    while waiting:
        for info in waiting.pop().model_fields.values():
            for model in inner_models(info.annotation):
                if model not in found:
                    found.add(model)
                    waiting.append(model)
    return found


def inner_models(annotation: Any) -> Iterator[type[RequestModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if issubclass(annotation, RequestModel):
            yield annotation
        return
    for part in get_args(annotation):
        yield from inner_models(part)


def test_every_error_of_every_request_model_has_a_sentence_of_ours() -> None:
    kinds: set[str] = set()
    said: set[str] = set()
    models = request_models()
    assert len(models) > 15
    for model in models:
        names = [info.alias or name for name, info in model.model_fields.items()]
        for data in [*({name: junk} for name in names for junk in JUNK), *JUNK]:
            try:
                model.model_validate(data)
            except ValidationError as error:
                kinds |= {problem["type"] for problem in error.errors()}
                said |= {text for texts in field_errors(error, model, data).values() for text in texts}
    assert kinds <= set(BY_TYPE)
    assert OTHERWISE not in said
    assert not [(text, faults(text)) for text in said if faults(text)]
    assert len(kinds) > 15


def test_every_pattern_has_a_sentence_of_its_own() -> None:
    patterns: set[str] = set()
    for model in request_models():
        waiting: list[Any] = [model.model_json_schema()]
        while waiting:
            part = waiting.pop()
            patterns |= {part["pattern"]} if isinstance(part, dict) and isinstance(part.get("pattern"), str) else set()
            patterns |= set(part.get("patternProperties", ())) if isinstance(part, dict) else set()
            waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    assert patterns == set(BY_PATTERN)
    assert len(set(BY_PATTERN.values())) == len(BY_PATTERN) > 1


@pytest.mark.parametrize("kind", BY_TYPE)
def test_every_sentence_of_the_table_can_be_said(kind: str) -> None:
    context = {
        "gt": 0,
        "ge": 1,
        "le": 5,
        "min_length": 1,
        "max_length": 3,
        "expected": "'a' or 'b'",
        "low": 1,
        "high": 5,
    }
    for more in ({}, {"field_type": "List"}):
        assert not faults(sentence_for({"type": kind, "ctx": {**context, **more}}))


def test_the_sources_own_sentences() -> None:
    found = list(literals())
    assert len(found) > 100
    wrong = [(place, text, faults(text)) for place, text in found if text and faults(text)]
    assert not wrong, wrong


def test_what_requests_are_refused_with(client: Client, template_id: str) -> None:
    unknown = "123e4567-e89b-12d3-a456-426614174000"
    good = render_request(template_id)
    bodies: list[Any] = [
        {},
        [],
        "x",
        {**good, "name": ""},
        {**good, "name": "a\nb"},
        {**good, "templateId": "x"},
        {**good, "templateId": unknown},
        {**good, "templateInstanceId": unknown},
        {**good, "audioId": unknown},
        {**good, "webhookUrl": "x"},
        {**good, "webhookUrl": "ftp://example.com"},
        {**good, "jobInfo": {"fStart": 8, "fEnd": 2}},
        {**good, "jobInfo": {"fStart": -5, "fEnd": 99}},
        {**good, "encoderConfig": {"bitrate": 1}},
        {**good, "encoderConfig": {"bitrate": "fast", "res": [1], "rc": 9}},
        *({**good, "encoderConfig": {"bitrate": 50_000, **more}} for more in ENCODERS),
        *({**good, "customizationMap": entries} for entries in MAPS),
        {**good, "customizationMap": {}},
        {**good, "customizationMap": [7]},
    ]
    said = 0
    for body in bodies:
        answer = client.post("/render", json=body)
        assert answer.status_code == 400, (body, answer.text)
        said += len(check(answer.json(), json.dumps(body)))
    for text in (b"{", b"[1,]", b"NaN", b"\xff", b'{"a": ' + b"9" * 5000 + b"}", b"[" * 5000):
        answer = client.post("/render", content=text, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        said += len(check(answer.json()))
    for url in ("/render/all?take=x", "/render/history?status=bogus", f"/template/{template_id}/preview?frame=99"):
        answer = client.get(url)
        assert answer.status_code == 400
        said += len(check(answer.json(), url))
    for url in (
        "/nowhere",
        "/render/x/status",
        f"/render/{unknown}/status",
        f"/audio/{unknown}",
        f"/asset/{unknown}/download",
    ):
        answer = client.get(url)
        assert answer.status_code == 404
        said += len(check(answer.json(), url))
    for body in (
        {},
        {"csv": ""},
        {"csv": "name\n"},
        {"csv": 'name\n"x'},
        {"csv": "name\na,b"},
        {"rows": [7]},
        {"rows": []},
    ):
        answer = client.post(
            "/render/batch", json={"templateId": template_id, "encoderConfig": {"bitrate": 50_000}, **body}
        )
        assert answer.status_code == 400, answer.text
        said += len(check(answer.json(), template_id))
    for content in ({}, {"file": ("x.zip", b"")}, {"file": ("x.zip", b"junk")}, {"file": ("x.zip", b"PK\3\4junk")}):
        answer = client.post("/template/upload", files=content or None)
        assert answer.status_code == 400
        said += len(check(answer.json()))
    assert said > 100


ENCODERS: tuple[dict[str, Any], ...] = (
    {"fpsDenum": 2},
    {"fpsNum": 9999},
    {"res": [641, 480]},
    {"res": [2, 2]},
    {"codec": 9},
    {"preset": 9},
    {"gop": 0},
    {"gop": 10, "idr": 5},
    {"gop": 10, "idr": 30, "rc": 0},
    {"gop": 10, "idr": 30, "codec": 2},
    {"profile": 3},
    {"profile": 3, "codec": 1},
    {"profile": 3, "codec": 2},
    {"level": 7},
    {"level": 10, "res": [1920, 1080]},
    {"container": "mkv"},
    {"container": "avi", "codec": 1},
    {"container": "mov", "codec": 2},
    {"qp": 20},
    {"qp": 60, "rc": 2},
    {"audioBitrate": 1},
    {"heldFrames": "drop"},
    {"heldFrames": "skip", "codec": 1},
    {"heldFrames": "skip", "rc": 0},
)
MAPS: tuple[list[dict[str, Any]], ...] = (
    [{}],
    [{"layer": "Grond", "color": "#fff"}],
    [{"layer": "Ground", "colour": "#ffffff"}],
    [{"layer": "Ground", "color": "red-ish"}],
    [{"layer": "Ground", "text": "x"}],
    [{"layer": "Ground", "text": 7}],
    [{"layer": "Ground", "image": {"assetId": "123"}}],
    [{"layer": "Ground", "image": {"file": "../x.png"}}],
    [{"layer": "Ground", "image": {"data": "nothing"}}],
    [{"layer": "Ground", "visible": "yes"}],
    [{"slot": "none", "value": 1}],
    [{"asset": "none", "image": {"file": "x.png"}}],
)


@pytest.mark.parametrize("size", ["1280,720", "axb", "1280", "1280x", "-1x2", "1280x720x2"])
def test_a_size_in_a_query_has_a_sentence_of_its_own(client: Client, template_id: str, size: str) -> None:
    answer = client.post(
        f"/render/batch?bitrate=50000&templateId={template_id}&res={size}",
        content=b"name\na\n",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"res": ["it must be a width and a height, such as 1280x720"]}


@pytest.mark.parametrize("size", ["64x48", "64X48"])
def test_a_size_in_a_query_is_taken(client: Client, template_id: str, size: str) -> None:
    answer = client.post(
        f"/render/batch?dryRun=true&bitrate=50000&templateId={template_id}&res={size}",
        content=b"name\na\n",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text


def test_a_parameter_that_stands_twice_is_named(client: Client, template_id: str) -> None:
    twice = ["it stands more than once in the query; send it once"]
    query = f"bitrate=50000&templateId={template_id}&res=32x32&res=64x64&gop=x&rc=1&RC=1"
    csv = {"Content-Type": "text/csv"}
    answer = client.post(f"/render/batch?{query}", content=b"name\na\n", headers=csv)
    assert answer.json()["errors"] == {"res": twice, "rc": twice, "gop": ["it must be a whole number"]}
    for path, name in (
        ("/render/all?take=1&take=2", "take"),
        ("/audio/list?search=a&search=b", "search"),
        ("/render/history?status=failed&Status=failed", "status"),
        (f"/template/{template_id}/preview?frame=0&frame=1", "frame"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["errors"]) == (400, {name: twice}), path


@pytest.mark.parametrize("path", ["/render", "/render/batch", "/campaign", "/audio-asset-group"])
@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_body_is_called_empty(client: Client, path: str, content: bytes) -> None:
    answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "the body is empty"
    assert answer.json()["errors"] == {"": ["send the request as JSON in the body"]}


@pytest.mark.parametrize("path", ["/render", "/render/batch", "/campaign"])
@pytest.mark.parametrize(
    ("content", "headers", "detail"),
    [
        (b"\xef\xbb\xbf{}", {}, "the body begins with a byte order mark"),
        (b"\x1f\x8b", {"Content-Encoding": "gzip"}, "the body is packed as 'gzip'"),
        (b"hello", {}, "the body is not valid JSON"),
    ],
)
def test_a_body_in_another_coat_is_told_so(
    client: Client, path: str, content: bytes, headers: dict[str, str], detail: str
) -> None:
    answer = client.post(path, content=content, headers={"Content-Type": "application/json", **headers})
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)
    assert check(answer.json())


def test_what_is_not_there_is_told(client: Client, template_id: str) -> None:
    missing = client.get("/render/all/more")
    assert (missing.status_code, missing.json()["title"]) == (404, "Not found")
    assert missing.json()["detail"] == "there is nothing at /render/all/more"
    wrong = client.put("/render")
    assert (wrong.status_code, wrong.json()["title"]) == (405, "Method not allowed")
    assert wrong.json()["detail"] == "PUT is not possible here; use POST"
    part = client.get(f"/template/{template_id}/download", headers={"Range": "bytes=999999999-"})
    assert (part.status_code, part.json()["title"]) == (416, "Range not satisfiable")
    assert part.json()["detail"] == "the file has no bytes in this range"


def test_a_template_whose_id_is_wrong_is_not_missing_as_well(client: Client, template_id: str) -> None:
    paths: dict[str, dict[str, Any]] = {"/render": {}, "/render/batch": {"rows": [{}]}}
    for path, more in paths.items():
        answer = client.post(path, json={**render_request("x"), **more})
        assert answer.json()["detail"] == "the request has invalid fields"
        assert set(answer.json()["errors"]) == {"templateId"}
        answer = client.post(path, json={**render_request("x"), **more, "encoderConfig": {"bitrate": "x"}})
        assert set(answer.json()["errors"]) == {"templateId", "encoderConfig.bitrate"}


@pytest.mark.parametrize("size", ["64x48", [64], [64, 48, 1], {"width": 64}])
def test_a_resolution_is_told_by_an_example(client: Client, template_id: str, size: Any) -> None:
    body = render_request(template_id, encoderConfig={"bitrate": 50_000, "res": size})
    assert client.post("/render", json=body).json()["errors"] == {
        "encoderConfig.res": ["it must be a list of a width and a height, such as [1280, 720]"]
    }


def test_what_is_wrong_beside_a_csv_is_named_as_in_the_query(client: Client, template_id: str) -> None:
    for query, field in (
        ("", "bitrate"),
        ("bitrate=50000&res=65x48", "res"),
        ("bitrate=50000&fStart=900", "fStart"),
        ("bitrate=50000&posterFrame=900", "posterFrame"),
    ):
        url = f"/render/batch?templateId={template_id}&{query}"
        answer = client.post(url, content=b"name\na\n", headers={"Content-Type": "text/csv"})
        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {field}


def test_fields_of_rows_that_nobody_knows_are_named(client: Client, template_id: str) -> None:
    body = {**render_request(template_id), "rows": [{"name": "a"}, {"nam": "b"}]}
    answer = client.post("/render/batch?dryRun=true", json=body)
    assert answer.status_code == 200
    assert "unknown field rows[1].nam was ignored; did you mean name?" in answer.headers["warning"]


def test_a_name_that_is_too_long_is_told_in_a_whole_sentence(client: Client) -> None:
    answer = client.post("/campaign", json={"name": "n" * 256})
    assert answer.json()["errors"] == {"name": ["it must have at most 255 characters"]}


def test_files_are_named_as_their_owner_named_them(client: Client) -> None:
    template = zipped({"data.json": "{"})
    template_id = client.upload_template(template, "Spring promo.zip")
    status = client.settle(f"/template/{template_id}/status")
    assert status["status"] == "failed"
    (said,) = check(status)
    assert "data.json" in said or "Spring promo.zip" in said
    assets = [{"id": "photo", "p": "photo.png", "u": "images/", "w": 8, "h": 8}]
    lacking = template_zip(assets=assets, size=(16, 16), layers=[layer("Photo", 2, 1, 10, refId="photo")])
    (said,) = check(client.settle(f"/template/{client.upload_template(lacking)}/status"))
    assert said.count("images/photo.png") == 1
    broken = client.post("/asset", files={"file": ("holiday.png", png()[:40])})
    assert broken.status_code == 400
    assert any("holiday.png" in sentence for sentence in check(broken.json()))
    sound = client.post("/audio/upload", files={"file": ("voice.wav", wav()[:20])}).json()
    (said,) = check(client.settle(f"/audio/{sound['audioId']}/status"))
    assert "voice.wav" in said


def test_a_full_quota_names_the_file_not_what_arrived_of_it(service: Any) -> None:
    with service.client(quota_mb=1) as client:
        content = template_zip({"noise.bin": bytes(range(256)) * 8}) + b"\0" * 1_500_000
        answer = client.post("/template/upload", files={"file": ("large.zip", content)})
        assert answer.status_code == 400
        said = answer.json()["detail"]
        assert said.lower().count("quota exceeded") == 1
        named = int(said.removeprefix("Storage quota exceeded: ").split()[0])
        assert len(content) <= named <= len(content) + 1000


def test_a_cancelled_and_a_failed_render_say_why(client: Client) -> None:
    slow = client.ready_template(slow_template())
    render_id = client.start_render(slow)
    client.post(f"/render/{render_id}/cancel")
    for method, path in (("post", f"/render/{render_id}/cancel"), ("get", f"/render/{render_id}/download")):
        answer = client.request(method, path)
        assert answer.status_code in (404, 409)
        assert check(answer.json(), path)


def test_reasons_are_bounded_and_name_no_stored_file() -> None:
    import velocity_engine as engine

    stored = "7453db46-1111-2222-3333-4b5d877b7a78.zip"
    names = {stored: "promo.zip", "upload-adf95ec9": "logo.png"}
    place = engine.Place(file=f"{stored}/data.json", layer="Photo", pointer="/layers/0")
    error = engine.MediaError("the picture is damaged", place=place, hint="Export it again")
    said = "the picture is damaged (file promo.zip/data.json, layer Photo, at /layers/0). Export it again"
    assert reason(error, names) == said
    again = engine.MediaError("images/a.png is missing", place=engine.Place(file="images/a.png"))
    assert reason(again, {}) == "images/a.png is missing"
    assert with_known_names("customization-3-2 and upload-adf95ec9", names) == "customizationMap[3] and logo.png"
    long = reason(engine.MediaError("word " * 200), {})
    assert len(long) <= 400 and long.endswith(" …")
    assert joined(["one", "two"]) == "one; two"
    assert joined(["x" * 300, "y" * 300, "z"]) == "x" * 300 + "; and 2 more"
    assert bounded("short") == "short"


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "velocity_engine", "serve", "--data", str(tmp_path), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 is in use by another program; give another one with --port" in done.stderr
    assert "Errno" not in done.stderr


def test_a_document_names_its_layer_not_its_position(client: Client) -> None:
    broken = document()
    broken["layers"] = 7
    template_id = client.upload_template(zipped({"data.json": json.dumps(broken)}), "promo.zip")
    assert check(client.settle(f"/template/{template_id}/status"))
