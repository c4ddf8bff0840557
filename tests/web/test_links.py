"""Links: URLs that show a render without a key, for a while, and nothing else to nobody else."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import template_zip

from velocity_web.database.entities import new_id

WRONG = "this link is not valid; it was not copied whole, was altered, or was taken back; ask for a new one"
GONE = "what this link showed is no longer there"


@pytest.fixture(scope="module")
def owner(service: Service) -> Client:
    return service.client()


@pytest.fixture(scope="module")
def render_id(owner: Client) -> str:
    return owner.ready_render(owner.ready_template(template_zip()), output={"poster": {"format": "png"}})


def linked(client: Client, render_id: str, **body: object) -> str:
    answer = client.post(f"/render/{render_id}/link", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


def get(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """As somebody without a key."""
    return httpx.request(
        method, url, headers={name.replace("_", "-"): value for name, value in headers.items()}, timeout=PATIENCE
    )


def token(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_link_may_be_asked_for_without_a_body(owner: Client, render_id: str) -> None:
    for content in (b"", b"{}"):
        answer = owner.post(f"/render/{render_id}/link", content=content)
        assert answer.status_code == 200, answer.text
        assert get(answer.json()["url"]).status_code == 200
    assert owner.post(f"/render/{render_id}/link", content=b"[]").status_code == 400


def test_a_link_shows_the_video_without_a_key(service: Service, owner: Client, render_id: str) -> None:
    answer = owner.post(f"/render/{render_id}/link", json={"expiresSeconds": 60})
    url = answer.json()["url"]
    assert url.startswith(f"{service.url}/link/")
    assert answer.json()["expiresAt"].endswith("Z")
    video = owner.get(f"/render/{render_id}/download")
    seen = get(url)
    assert (seen.status_code, seen.content) == (200, video.content)
    assert seen.headers["content-type"] == "video/mp4"
    assert seen.headers["content-disposition"] == 'inline; filename="Video.mp4"'
    assert seen.headers["etag"] == video.headers["etag"]
    kind, _, seconds = seen.headers["cache-control"].partition(", max-age=")
    assert kind == "private" and 0 < int(seconds) <= 60
    assert seen.headers["access-control-allow-origin"] == "*"
    assert get(url.replace("/link/", "/LINK/").upper().replace(service.url.upper(), service.url)).status_code == 200


def test_players_ask_for_parts_and_heads(owner: Client, render_id: str) -> None:
    url = linked(owner, render_id)
    whole = get(url)
    part = get(url, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    head = get(url, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert get(url, If_None_Match=whole.headers["etag"]).status_code == 304
    assert get(url, Range=f"bytes={len(whole.content)}-").status_code == 416
    assert get(url, "POST").status_code == 405


def test_a_poster_has_links_too(owner: Client, render_id: str) -> None:
    seen = get(linked(owner, render_id, file="poster"))
    assert seen.headers["content-type"] == "image/png"
    assert seen.content == owner.get(f"/render/{render_id}/poster").content


def test_a_link_that_was_altered_or_made_up_is_403(service: Service, owner: Client, render_id: str) -> None:
    url = linked(owner, render_id)
    whole = token(url)
    altered = [whole[:at] + ("b" if whole[at] != "b" else "c") + whole[at + 1 :] for at in range(0, len(whole), 3)]
    made_up = [whole[:-1], whole + "a", "a" * 72, "x", "7" * 72, whole[::-1], "1" * 72, "%C3%A9" * 12, AN_ID]
    body = base64.b32decode(whole.upper())
    other_render = body[:13] + bytes(16) + body[29:]
    later = body[:5] + b"\x7f" * 8 + body[13:]
    another_aim = b"\x02" + body[1:]
    unknown_secret = body[:1] + b"\xff\xff\xff\xff" + body[5:]
    forged = [
        base64.b32encode(one).decode().lower() for one in (other_render, later, another_aim, unknown_secret, bytes(45))
    ]
    for wrong in (*altered, *made_up, *forged):
        answer = get(f"{service.url}/link/{wrong}")
        assert (answer.status_code, answer.json()["detail"]) == (403, WRONG), wrong
        assert answer.headers["content-type"] == "application/problem+json"


AN_ID = "123e4567-e89b-12d3-a456-426614174000"


def test_paths_beside_links_lead_nowhere(service: Service, owner: Client, render_id: str) -> None:
    whole = token(linked(owner, render_id))
    for path in (
        f"/link/{whole}/download",
        f"/link/{whole}/../../render/{render_id}/download",
        f"/link/{whole}%2f..%2f..%2frender%2f{render_id}%2fdownload",
        f"/link/../render/{render_id}/download",
        f"/link//render/{render_id}/download",
        f"/link/x/../../render/{render_id}/download",
    ):
        with httpx.Client(base_url=service.url, timeout=PATIENCE) as nobody:
            answer = nobody.send(nobody.build_request("GET", httpx.URL(service.url, raw_path=path.encode())))
        assert answer.status_code in (401, 403, 404), path
        assert not answer.headers["content-type"].startswith("video"), path


def test_a_link_ends(service: Service, owner: Client, render_id: str) -> None:
    url = linked(owner, render_id, expiresSeconds=1)
    owner.until("/account", lambda _told: get(url).status_code != 200)
    answer = get(url)
    assert (answer.status_code, answer.json()["detail"]) == (410, "this link has ended; ask for a new one")
    for seconds, sentence in (
        (0, "at least 1"),
        (2_592_001, "at most 2592000"),
        ("1", "whole number"),
        (True, "whole"),
    ):
        refused = owner.post(f"/render/{render_id}/link", json={"expiresSeconds": seconds})
        assert refused.status_code == 400
        assert sentence in refused.json()["errors"]["expiresSeconds"][0]


def test_deleting_and_disabling_end_links(service: Service) -> None:
    with service.client() as client:
        render_id = client.ready_render(client.ready_template(template_zip()))
        url = linked(client, render_id)
        account = service.account_of(client.key)
        service.query("UPDATE account SET disabled = ? WHERE id = ?", True, account)
        assert (get(url).status_code, get(url).json()["detail"]) == (404, GONE)
        service.query("UPDATE account SET disabled = ? WHERE id = ?", False, account)
        assert get(url).status_code == 200
        assert client.delete(f"/render/{render_id}").status_code == 200
        assert (get(url).status_code, get(url).json()["detail"]) == (404, GONE)
        assert client.post(f"/render/{render_id}/link", json={}).status_code == 404


def test_nobody_links_what_is_another_users(service: Service, owner: Client, render_id: str) -> None:
    with service.client() as stranger:
        assert stranger.post(f"/render/{render_id}/link", json={}).status_code == 404
    pending = service.client()
    waiting = pending.start_render(pending.ready_template(template_zip()))
    pending.post(f"/render/{waiting}/cancel")
    assert pending.post(f"/render/{waiting}/link", json={}).status_code == 404


def test_a_token_stands_in_no_log(service: Service, owner: Client, render_id: str) -> None:
    url = linked(owner, render_id)
    get(url)
    get(f"{url[:-1]}{'a' if url[-1] != 'a' else 'b'}")
    get(f"{url}/download")
    log = (service.data / "server.log").read_text()
    assert "/link/{token}" in log
    assert token(url)[:40] not in log


def test_secrets_change_and_can_be_taken_back(own_database: Path) -> None:
    from velocity_web.accounts import links
    from velocity_web.database.entities import execute, reading, rows, writing
    from velocity_web.database.now import now_ms
    from velocity_web.failures import Forbidden

    link = links.Link(links.Aim.VIDEO, new_id(), now_ms() + 3_600_000)
    first = links.token_of(link)
    assert links.link_of(first) == link
    with writing():
        execute("UPDATE link_secret SET created_at = created_at - $age", {"age": links.SECRET_MS + 1})
    second = links.token_of(link)
    assert second != first
    assert links.link_of(first) == links.link_of(second) == link, "a link outlives the secret's time for new links"
    with writing():
        execute("UPDATE link_secret SET created_at = created_at - $age", {"age": 3 * links.SECRET_MS})
    links.token_of(link)
    with reading():
        assert rows("SELECT COUNT(*) FROM link_secret", {}) == [(1,)], "secrets of links that have all ended are gone"
    links.end_all_links()
    assert links.link_of(links.token_of(link)) == link
    with pytest.raises(Forbidden):
        links.link_of(second)


def test_who_follows_shares_the_database_with_who_signs(new_service: Callable[..., Service]) -> None:
    """And the URL begins as the trusted proxy says that the client asked."""
    service = new_service(trusted_proxy="127.0.0.1")
    with service.client() as client:
        client.headers.update({"X-Forwarded-Proto": "https", "Host": "video.example"})
        url = linked(client, client.ready_render(client.ready_template(template_zip())))
    assert url.startswith("https://video.example/link/")
    second = Service(service.data, {"VELOCITY_WORKERS": "0"}).start()
    try:
        assert get(f"{second.url}/link/{token(url)}").status_code == 200
    finally:
        second.stop()


# --- previews ---


ENTRY = [{"layer": "Ground", "color": "#00ff00"}]


def linked_preview(client: Client, template_id: str, **body: object) -> str:
    answer = client.post(f"/template/{template_id}/preview/link", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


def test_a_link_shows_a_preview_with_its_values(client: Client, template_id: str) -> None:
    asked = {"customizationMap": ENTRY, "frame": 2, "width": 64, "format": "webp"}
    drawn = client.post(f"/template/{template_id}/preview", json=asked)
    url = linked_preview(client, template_id, **asked)
    seen = get(url)
    assert (seen.status_code, seen.content) == (200, drawn.content)
    assert seen.headers["content-type"] == "image/webp"
    assert seen.headers["content-disposition"].startswith("inline")
    assert "max-age=" in seen.headers["cache-control"]
    assert get(url, If_None_Match=seen.headers["etag"]).status_code == 304
    head = get(url, "HEAD")
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", "image/webp")
    plain = get(linked_preview(client, template_id, width=64, frame=2))
    assert plain.headers["content-type"] == "image/png" and plain.content != drawn.content


def test_a_large_body_is_read_by_a_confined_process(client: Client, template_id: str) -> None:
    url = linked_preview(client, template_id, customizationMap=ENTRY, width=32, padding="x" * 200_000)
    assert len(url) < 200
    drawn = client.post(f"/template/{template_id}/preview", json={"customizationMap": ENTRY, "width": 32})
    assert get(url).content == drawn.content


def test_a_link_to_what_cannot_be_drawn_is_refused_at_once(client: Client, template_id: str) -> None:
    path = f"/template/{template_id}/preview/link"
    wrong = client.post(path, json={"customizationMap": [{"layer": "Nobody", "text": "x"}], "expiresSeconds": 0})
    assert wrong.status_code == 400
    assert set(wrong.json()["errors"]) == {"customizationMap[0].layer", "expiresSeconds"}
    assert client.post(path, json={"frame": 10_000}).status_code == 400
    assert client.post(path, content=b"[", headers={"Content-Type": "application/json"}).status_code == 400


def test_links_to_previews_end(service: Service, client: Client, template_id: str) -> None:
    short, long = (linked_preview(client, template_id, width=32, expiresSeconds=seconds) for seconds in (1, 600))
    client.until("/account", lambda _told: get(short).status_code == 410)
    linked_preview(client, template_id, width=32)
    assert service.query("SELECT COUNT(*) FROM preview_link WHERE template_id = ?", template_id) == [(2,)]
    assert client.delete(f"/template/{template_id}").status_code == 200
    assert (get(long).status_code, get(long).json()["detail"]) == (404, GONE)
    assert service.query("SELECT COUNT(*) FROM preview_link WHERE template_id = ?", template_id) == [(0,)]


def test_an_account_has_so_many_links_to_previews(service: Service, client: Client, template_id: str) -> None:
    url = linked_preview(client, template_id, width=32)
    account = service.account_of(client.key)
    service.query("UPDATE preview_link SET size_bytes = ? WHERE account_id = ?", 64 * 2**20, account)
    refused = client.post(f"/template/{template_id}/preview/link", json={"width": 32})
    assert refused.status_code == 409
    assert "it may have 1000 of 67108864 bytes together" in refused.json()["detail"]
    assert get(url).status_code == 200
    service.query("UPDATE preview_link SET ends_at = 1 WHERE account_id = ?", account)
    assert linked_preview(client, template_id, width=32)


def test_nobody_links_previews_of_anothers_template(service: Service, template_id: str, client: Client) -> None:
    with service.client() as stranger:
        assert stranger.post(f"/template/{template_id}/preview/link", json={}).status_code == 404
    with Client(service.url, service.add_key(service.account_of(client.key), "preview")) as page:
        assert page.post(f"/template/{template_id}/preview/link", json={}).status_code == 403
