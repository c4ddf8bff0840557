"""What is refused before the body is read, and multipart bodies that are not what they should be."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import template_zip


def exchange(url: str, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """Send a request by hand, its head first; the status and the rest of the answer."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + body)
        answer = b""
        while data := connection.recv(65536):
            answer += data
    return int(answer.split(b" ", 2)[1]), answer


def head(path: str, *lines: str) -> str:
    return "\n".join([f"POST {path} HTTP/1.1", "Host: x", *lines, "", ""])


def test_no_key_is_401_before_the_body_is_sent(service: Service) -> None:
    request = head("/template/upload", "Content-Length: 1000000000", "Content-Type: multipart/form-data; boundary=x")
    status, answer = exchange(service.url, request)
    assert status == 401
    assert b"application/problem+json" in answer
    assert b"WWW-Authenticate" in answer.replace(b"Www-Authenticate", b"WWW-Authenticate")


def test_expecting_clients_get_no_100_for_a_wrong_key(service: Service) -> None:
    lines = ("Content-Length: 5000000", "Expect: 100-continue", "X-API-Key: vk_00000000_wrong")
    status, answer = exchange(service.url, head("/template/upload", *lines))
    assert status == 401
    assert b"100 Continue" not in answer


def test_a_client_that_sends_on_still_reads_the_answer(service: Service) -> None:
    request = head("/template/upload", "Content-Length: 3000000", "X-API-Key: wrong")
    assert exchange(service.url, request, b"x" * 3_000_000)[0] == 401


def test_too_large_is_413_from_content_length(service: Service) -> None:
    key = service.add_user(quota_mb=100_000)
    request = head(
        "/template/upload", f"Content-Length: {3 * 2**30}", f"X-API-Key: {key}", "Content-Type: multipart/form-data"
    )
    status, answer = exchange(service.url, request)
    assert status == 413
    assert b"2147483648" in answer


def test_json_too_large_is_413(service: Service) -> None:
    request = head(
        "/render", f"Content-Length: {2**30}", f"X-API-Key: {service.add_user()}", "Content-Type: application/json"
    )
    assert exchange(service.url, request)[0] == 413


def test_a_full_quota_is_400_from_content_length(service: Service) -> None:
    key = service.add_user(quota_mb=1)
    request = head("/Template/Upload/", f"Content-Length: {5 * 2**20}", f"X-API-Key: {key}")
    status, answer = exchange(service.url, request)
    assert status == 400
    assert b"quota" in answer


def test_a_chunked_body_is_cut_off_when_it_passes_the_quota(service: Service) -> None:
    key = service.add_user(quota_mb=1)
    request = head(
        "/template/upload", "Transfer-Encoding: chunked", f"X-API-Key: {key}", "Content-Type: multipart/form-data"
    )
    chunk = b"%x\r\n" % 65536 + b"y" * 65536 + b"\r\n"
    status, answer = exchange(service.url, request, chunk * 40)
    assert status == 400
    assert b"quota" in answer


def test_a_chunked_upload_works(client: Client) -> None:
    boundary = "limit"
    content = template_zip()
    part = (
        b'--limit\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
        + content
        + b"\r\n--limit--\r\n"
    )
    pieces = (part[start : start + 100] for start in range(0, len(part), 100))
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = client.post("/template/upload", content=pieces, headers=headers)
    assert answer.status_code == 200, answer.text
    assert client.get(f"/template/{answer.json()['templateId']}/download").content == content


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
MALFORMED = {
    "nothing": b"",
    "no boundary": b"hello",
    "another boundary": PART.replace(b"--b", b"--c") + b"x\r\n--c--\r\n",
    "unfinished": PART + b"PK\x03\x04",
    "no name": b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
    "no disposition": b"--b\r\n\r\nx\r\n--b--\r\n",
    "no file": b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
    "empty file": PART + b"\r\n--b--\r\n",
    "two files": PART + b"x\r\n" + PART + b"y\r\n--b--\r\n",
    "endless head": b"--b\r\n" + b"X: y\r\n" * 20_000 + b"\r\nx\r\n--b--\r\n",
    "many parts": b"".join(b'--b\r\nContent-Disposition: form-data; name="n%d"\r\n\r\nx\r\n' % n for n in range(500))
    + b"--b--\r\n",
    "binary name": b'--b\r\nContent-Disposition: form-data; name="\xff\xfe"; filename="\x00"\r\n\r\nx\r\n--b--\r\n',
    "not a zip": PART + b"GIF89a\r\n--b--\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_multipart_is_400(client: Client, name: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/template/upload", content=MALFORMED[name], headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "kind", ["application/zip", "multipart/form-data", "text/plain", "multipart/mixed; boundary=b", "; ;", "\x7f"]
)
def test_other_content_types_are_400(client: Client, kind: str) -> None:
    answer = client.post("/template/upload", content=PART + b"x\r\n--b--\r\n", headers={"Content-Type": kind})
    assert answer.status_code == 400


def test_no_temporary_file_stays(client: Client, service: Service) -> None:
    for content in MALFORMED.values():
        client.post("/template/upload", content=content, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert not list((service.data / "tmp").glob("upload-*"))


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /template/all HTTP/1.1\nHost: x\nX-API-Key: a\nX-API-Key: b", 401),
        ("GET /%ff%fe HTTP/1.1\nHost: x", None),
        ("GET /template/%00/status HTTP/1.1\nHost: x", None),
        ("BREW /template/all HTTP/1.1\nHost: x", None),
        ("GET /template/all HTTP/1.1\nHost: x\nContent-Length: -5", 400),
        ("GET /template/all HTTP/1.1\nHost: x\nContent-Length: 5\nTransfer-Encoding: chunked", None),
        ("GET /template/all HTTP/1.1\nHost: x\nBad Header", 400),
        ("POST /render HTTP/1.1\nHost: x\nTransfer-Encoding: gzip", 501),
        (f"GET /template/all HTTP/1.1\nHost: x\nX-Long: {'y' * 100_000}", 431),
        (f"GET /template/all?{'q' * 50_000} HTTP/1.1\nHost: x", 401),
        ("nonsense", 400),
    ],
)
def test_odd_requests_are_4xx(service: Service, request_line: str, status: int | None) -> None:
    got, _answer = exchange(service.url, f"{request_line}\nConnection: close\n\n")
    assert got == status if status else 400 <= got < 500


def test_a_page_of_another_origin_can_read_why_it_was_refused(service: Service) -> None:
    request = head("/template/upload", "Content-Length: 1000000000", "Origin: https://shop.example")
    status, answer = exchange(service.url, request)
    assert status == 401
    assert b"Access-Control-Allow-Origin: https://shop.example" in answer
    assert b"Access-Control-Expose-Headers: Retry-After" in answer


def test_who_comes_from_no_page_gets_no_word_of_origins(service: Service) -> None:
    _, answer = exchange(service.url, head("/template/upload", "Content-Length: 1000000000"))
    assert b"Access-Control" not in answer
