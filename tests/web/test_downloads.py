"""Ranges, conditions and names of downloads."""

from __future__ import annotations

import email.message
import email.parser
import email.policy
import re
from itertools import pairwise
from urllib.parse import quote, unquote

import falcon
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from web.support_service import Client, Service
from web.support_templates import template_zip

from velocity_web.http.downloads import content_disposition
from velocity_web.http.ranges import MAX_RANGES, wanted_ranges

CONTENT = template_zip(frames=5, size=(32, 32))
SIZE = len(CONTENT)


@pytest.fixture(scope="module")
def url(service: Service) -> tuple[Client, str]:
    client = service.client()
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
    [
        "bytes=5-2",
        "bytes=a-b",
        "bytes",
        "lines=1-2",
        "bytes=--1",
        "bytes=-",
        "bytes=" + "9" * 200,
        "bytes=0-1,x",
        "bytes=0-1,5-2",
        "bytes=" + ",".join(f"{at}-{at}" for at in range(0, 4 * MAX_RANGES, 2)),
    ],
)
def test_a_malformed_range_or_too_many_are_ignored(url: tuple[Client, str], header: str) -> None:
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


def parts_of(answer: httpx.Response) -> list[tuple[str, str, bytes]]:
    """(content type, content range, bytes) of each part of a multipart answer, read as any mail program would."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + answer.content)
    assert message.get_content_type() == "multipart/byteranges"
    assert not message.defects
    boundary = message.get_boundary()
    assert boundary
    found = []
    for part in answer.content.split(f"\r\n--{boundary}".encode())[1:-1]:
        fields, _, body = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = dict(line.split(": ", 1) for line in fields.decode().split("\r\n"))
        found.append((named["Content-Type"], named["Content-Range"], body))
    assert answer.content.endswith(f"\r\n--{boundary}--\r\n".encode())
    assert len(found) == len(message.get_payload())
    return found


@pytest.mark.parametrize(
    ("header", "spans"),
    [
        ("bytes=0-9,20-29", [(0, 9), (20, 29)]),
        ("bytes=20-29, 0-9, -5", [(20, 29), (0, 9), (SIZE - 5, SIZE - 1)]),
        (f"bytes=0-0,{SIZE}-,4-5", [(0, 0), (4, 5)]),
        ("bytes=0-9,50-59,5-20", [(50, 59), (0, 20)]),
    ],
)
def test_several_ranges_are_parts(url: tuple[Client, str], header: str, spans: list[tuple[int, int]]) -> None:
    client, path = url
    answer = client.get(path, headers={"Range": header})
    assert answer.status_code == 206
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert parts_of(answer) == [
        ("application/zip", f"bytes {first}-{last}/{SIZE}", CONTENT[first : last + 1]) for first, last in spans
    ]
    told = client.head(path, headers={"Range": header})
    assert (told.status_code, told.content) == (206, b"")
    assert told.headers["content-length"] == answer.headers["content-length"]


def test_ranges_that_touch_are_one(url: tuple[Client, str]) -> None:
    client, path = url
    answer = client.get(path, headers={"Range": "bytes=0-9,10-19,5-12"})
    assert answer.headers["content-range"] == f"bytes 0-19/{SIZE}"
    assert answer.content == CONTENT[:20]


@pytest.mark.parametrize(
    "name",
    [
        "Über Größe.zip",
        "日本語.zip",
        'quote".zip',
        'back\\slash"and.zip',
        "a;b.zip",
        "x" * 400 + ".zip",
        "../../etc/passwd.zip",
        "n／..／x℀.zip",
        "＼＼host＼a.zip",
        ".zip",
    ],
)
def test_names_are_rfc_6266(client: Client, name: str) -> None:
    template_id = client.ready_template(CONTENT, name)
    disposition = client.get(f"/template/{template_id}/download").headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "/" not in disposition.replace("UTF-8''", "")
    plain = disposition.split("filename=")[1].split("; filename*")[0]
    assert "\\\\" not in plain and not plain.startswith('".')
    if not name.isascii():
        assert f"filename*=UTF-8''{quote(name)}" in disposition


def test_a_renders_name_cannot_leave_its_folder_or_its_quotes(client: Client) -> None:
    template_id = client.ready_template(CONTENT)
    for name, kept in (('quote"and\\back', 'quote"and_back.mp4'), ("../../etc/passwd", ".._.._etc_passwd.mp4")):
        render_id = client.ready_render(template_id, name=name)
        assert read_name(client.get(f"/render/{render_id}/download").headers["content-disposition"]) == kept


QUOTED = r'"((?:[^"\\\x00-\x1f\x7f-\uffff]|\\["\\])*)"'
HEADER = re.compile(rf"attachment; filename={QUOTED}(?:; filename\*=UTF-8''([\w%.~-]+))?")


def read_name(header: str) -> str:
    """The name by the grammar of RFC 9110 5.6.4 and RFC 8187, and nothing looser; mail's parser agrees."""
    match = HEADER.fullmatch(header)
    assert match, header
    name = unquote(match[2], errors="strict") if match[2] else re.sub(r"\\(.)", r"\1", match[1])
    message = email.message.EmailMessage()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    return name


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
@example(name='quote"and\\back.mp4')
@example(name="../../etc/passwd.mp4")
@example(name="a\r\nSet-Cookie: b.mp4")
@example(name="100%41 *=''.mp4")
def test_any_name_is_read_back(name: str) -> None:
    assert read_name(content_disposition(name)) == re.sub(r"[/\\\x00-\x1f\x7f]", "_", name)


@given(
    header=st.text(max_size=40) | st.from_regex(r"bytes=(\d{0,5}-\d{0,5},?){1,8}", fullmatch=True),
    size=st.integers(1, 10_000),
)
def test_any_range_header_is_parts_of_the_file(header: str, size: int) -> None:
    try:
        spans = wanted_ranges(header, size)
    except falcon.HTTPRangeNotSatisfiable:
        return
    ordered = sorted(spans, key=lambda span: span.first)
    assert all(0 <= span.first <= span.last < size for span in spans)
    assert all(one.last + 1 < other.first for one, other in pairwise(ordered))
