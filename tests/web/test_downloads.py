"""Ranges, conditions and names of downloads."""

from __future__ import annotations

from urllib.parse import quote

import falcon
import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.support_service import Client
from web.support_templates import template_zip

from velocity_web.downloads import wanted_range

CONTENT = template_zip(frames=5, size=(32, 32))
SIZE = len(CONTENT)


@pytest.fixture(scope="module")
def url(service: object) -> tuple[Client, str]:
    client: Client = service.client()  # type: ignore[attr-defined]
    return client, f"/template/{client.ready_template(CONTENT)}/download"


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=10-19", 10, 19),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        (f"bytes=-{SIZE * 10}", 0, SIZE - 1),
        (f"bytes=5-{SIZE * 10}", 5, SIZE - 1),
        ("Bytes = 3 - 4", 3, 4),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
    ],
)
def test_a_range_is_206(url: tuple[Client, str], header: str, first: int, last: int) -> None:
    client, path = url
    answer = client.get(path, headers={"Range": header})
    assert answer.status_code == 206
    assert answer.content == CONTENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={SIZE * 2}-{SIZE * 3}", "bytes=-0", f"bytes={10**30}-"])
def test_a_range_past_the_end_is_416(url: tuple[Client, str], header: str) -> None:
    client, path = url
    answer = client.get(path, headers={"Range": header})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header",
    ["bytes=5-2", "bytes=a-b", "bytes", "lines=1-2", "bytes=--1", "bytes=-", "bytes=0-1,3-4", "bytes=" + "9" * 200],
)
def test_a_malformed_or_multiple_range_is_ignored(url: tuple[Client, str], header: str) -> None:
    client, path = url
    answer = client.get(path, headers={"Range": header})
    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_head_says_what_get_would(url: tuple[Client, str]) -> None:
    client, path = url
    got, told = client.get(path), client.head(path)
    assert told.status_code == 200
    assert told.content == b""
    for name in ("content-length", "content-type", "content-disposition", "etag", "last-modified", "accept-ranges"):
        assert told.headers[name] == got.headers[name]


def test_conditions(url: tuple[Client, str]) -> None:
    client, path = url
    etag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(path, headers={"If-None-Match": f'"other", W/{etag}'}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412
    assert client.get(path, headers={"If-Match": etag}).status_code == 200
    assert client.get(path, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert client.get(path, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200
    modified = client.get(path).headers["last-modified"]
    assert client.get(path, headers={"Range": "bytes=0-1", "If-Range": modified}).status_code == 206


@pytest.mark.parametrize(
    "name", ["Über Größe.zip", "日本語.zip", 'quote".zip', "a;b.zip", "x" * 400 + ".zip", "../../etc/passwd.zip"]
)
def test_names_are_rfc_6266(client: Client, name: str) -> None:
    template_id = client.ready_template(CONTENT, name)
    disposition = client.get(f"/template/{template_id}/download").headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "/" not in disposition.replace("UTF-8''", "")
    if not name.isascii():
        assert f"filename*=UTF-8''{quote(name)}" in disposition


@given(
    header=st.text(max_size=40) | st.from_regex(r"bytes=\d{0,6}-\d{0,6}", fullmatch=True), size=st.integers(1, 10_000)
)
def test_any_range_header_gives_a_part_of_the_file(header: str, size: int) -> None:
    try:
        part = wanted_range(header, size)
    except falcon.HTTPRangeNotSatisfiable:
        return
    assert part is None or 0 <= part[0] <= part[1] < size
