"""URLs that lead where nobody connects on a stranger's word: no request reaches a server that counts them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

import httpcore
import pytest
from network_support import Answer, Victim, WebServer

import velocity_engine as ve
from velocity_engine.network import FetchLimits, ForbiddenAddress, Reach, addresses, fetch
from velocity_web.events.webhooks import require_allowed
from velocity_web.failures import Invalid
from velocity_web.settings import Settings

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
LIMITS = FetchLimits(100_000, 10.0)


def words(text: str) -> list[str]:
    return text.split()


HOSTS = words("""
127.0.0.1 127.1 127.0.1 127.000.000.001 0.0.0.0 0 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0x7F.0x0.0x0.0x1
127.0.0.1. 127.255.255.254 localhost LOCALHOST localhost. LocalHost. [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1]
[::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:db8::1] [fe80::1] [fd00::1]
10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 [::ffff:169.254.169.254] [fd00:ec2::254] 100.100.100.200 0xa9fea9fe
\u2460\u2461\u2466.0.0.1 \uff11\uff12\uff17.0.0.1 127\u30020\u30020\u30021 \u24dbocalhost
""")
OTHERS = words("""
http://user:secret@HOST/ http://example.com@127.0.0.1:PORT/ http://127.0.0.1:PORT@example.com:x/
http://example.com\\@127.0.0.1:PORT/ http://127.0.0.1:PORT\\@example.com/ http://127.0.0.1%2f.example.com:PORT/
http://127.0.0.1:22/ http://127.0.0.1:25/ http://93.184.216.34:22/ http://93.184.216.34:25/ http://93.184.216.34:6667/
http://127.0.0.1:0/ http://127.0.0.1:PORTx/ http://[::1%25lo]:PORT/ http://[127.0.0.1]:PORT/ http:127.0.0.1:PORT
file:///etc/passwd file://127.0.0.1:PORT/x ftp://127.0.0.1:PORT/x gopher://127.0.0.1:PORT/_GET dict://127.0.0.1:PORT/d
ldap://127.0.0.1:PORT/ tcp://127.0.0.1:PORT udp://127.0.0.1:PORT rtmp://127.0.0.1:PORT/x concat:http://127.0.0.1:PORT/
hls+http://127.0.0.1:PORT/x crypto+http://127.0.0.1:PORT/x subfile,,start,0,end,9,,:http://127.0.0.1:PORT/
jar:http://127.0.0.1:PORT!/ view-source:http://127.0.0.1:PORT/ data:text/plain,x javascript:alert(1) //127.0.0.1:PORT/
""")
"""The first in the place of a host, with the port of the victim; the others as they are."""


def hostile(port: int) -> list[str]:
    hosts = [f"http://{host}:{port}/x.png" for host in HOSTS]
    return [*hosts, *(one.replace("HOST", f"127.0.0.1:{port}").replace("PORT", str(port)) for one in OTHERS)]


COUNT = len(HOSTS) + len(OTHERS)


def test_there_are_enough_of_them() -> None:
    assert COUNT >= 70 and len(set(hostile(1))) == COUNT


@pytest.mark.parametrize("number", range(COUNT))
def test_no_fetch_reaches_a_server(number: int, victim: Victim, tmp_path: Path) -> None:
    url = hostile(victim.port)[number]
    with pytest.raises(ForbiddenAddress):
        fetch(url, tmp_path / "x", LIMITS, Reach())
    assert victim.reached == 0 and not list(tmp_path.iterdir()), url


@pytest.mark.parametrize("number", range(COUNT))
def test_no_redirect_reaches_a_server(number: int, victim: Victim, server: WebServer, tmp_path: Path) -> None:
    """The first server may be reached, and nothing else of its address."""
    url = hostile(victim.port)[number]
    server.answers["/a"] = Answer(302, {"Location": _header(url)})
    with pytest.raises(ve.StorageError):
        fetch(f"{server.url}/a", tmp_path / "x", LIMITS, Reach.of([server.host]))
    assert victim.reached == 0 and not list(tmp_path.iterdir()), url


def _header(url: str) -> str:
    """As a server may send it: its bytes, which are read as Latin 1."""
    return url.encode().decode("latin-1")


@pytest.mark.parametrize("number", range(COUNT))
def test_no_webhook_reaches_a_server(number: int, victim: Victim, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        require_allowed(hostile(victim.port)[number], Settings(data=tmp_path))
    assert victim.reached == 0


def test_no_customization_reaches_a_server(victim: Victim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VELOCITY_CACHE", str(tmp_path))
    with ve.open_template(DEMO) as template:
        for url in hostile(victim.port):
            with pytest.raises(ve.VelocityError):
                template.customized([{"layer": "Photo", "image": {"url": url}}])
    assert victim.reached == 0


def test_no_url_inside_a_document_reaches_a_server(victim: Victim, tmp_path: Path) -> None:
    pictures: list[dict[str, Any]] = []
    for number, url in enumerate(hostile(victim.port)):
        folder, _slash, name = url.rpartition("/")
        split = {"u": f"{folder}/", "p": name, "e": 0}
        whole = {"u": "", "p": url, "e": 1}
        pictures += [{"id": f"{number}{key}", "w": 8, "h": 8, **at} for key, at in (("a", split), ("b", whole))]
    layers = [{"ty": 2, "nm": one["id"], "refId": one["id"], "ks": {}, "ip": 0, "op": 10, "st": 0} for one in pictures]
    fonts = [{"fName": "F", "fFamily": "F", "fStyle": "R", "fPath": url, "origin": 3} for url in hostile(victim.port)]
    document = {"v": "5.7", "fr": 25, "ip": 0, "op": 10, "w": 16, "h": 16, "assets": pictures, "layers": layers}
    path = tmp_path / "template.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.json", json.dumps({**document, "fonts": {"list": fonts}}))
    with pytest.raises(ve.VelocityError), ve.open_template(path) as template:
        ve.render(template, tmp_path / "a.mp4")
    assert victim.reached == 0


PLAYLISTS: dict[str, Callable[[str], str]] = {
    "hls": lambda url: f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}\n#EXT-X-ENDLIST\n",
    "hls key": lambda url: f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:9,\n{url}\n#EXT-X-ENDLIST\n',
    "concat": lambda url: f"ffconcat version 1.0\nfile '{url}'\n",
    "sdp": lambda url: (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=video {url.split(':')[-1].strip('/')} RTP/AVP 96\n"
    ),
    "dash": lambda url: (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'
        f"<Period><BaseURL>{url}</BaseURL></Period></MPD>"
    ),
    "svg": lambda url: f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/></svg>',
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("scheme", ["http://", "tcp://", "concat:http://", "hls+http://", "crypto+http://"])
def test_no_file_that_was_fetched_leads_on(
    kind: str, scheme: str, victim: Victim, server: WebServer, tmp_path: Path
) -> None:
    """A file from an allowed server is opened by what it holds, with no protocol but that of files."""
    inner = PLAYLISTS[kind](f"{scheme}127.0.0.1:{victim.port}/")
    url = server.serve("/clip.mp4", inner.encode())
    found = fetch(url, tmp_path / "clip.mp4", LIMITS, Reach.of([server.host]))
    assert found.size_bytes == len(inner.encode())
    with pytest.raises(ve.VelocityError):
        ve.probe_asset(tmp_path / "clip.mp4")
    with pytest.raises(ve.VelocityError):
        ve.probe_audio(tmp_path / "clip.mp4")
    assert victim.reached == 0


# --- names that mean another address a moment later ---


class Connected(httpcore.SyncBackend):
    """Notes whom it would connect to."""

    to: ClassVar[list[str]] = []

    def connect_tcp(self, host: str, *more: Any, **named: Any) -> Any:
        self.to.append(host)
        raise httpcore.ConnectError("not today")


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    monkeypatch.setattr(addresses, "look_up", lambda host, port: next(answers))
    monkeypatch.setattr(httpcore, "SyncBackend", Connected)
    Connected.to = []
    with pytest.raises(ve.TemporaryStorageError, match=r"no connection to rebind\.example"):
        fetch("http://rebind.example/x", tmp_path / "x", LIMITS, Reach())
    assert Connected.to == ["93.184.216.34"], "one look-up, and its address"
    with pytest.raises(ForbiddenAddress, match=r"rebind\.example leads to 127\.0\.0\.1, which is not a public address"):
        fetch("http://rebind.example/x", tmp_path / "x", LIMITS, Reach())


@pytest.mark.parametrize("found", [["93.184.216.34", "10.0.0.1"], ["::1", "93.184.216.34"], ["::ffff:10.0.0.1"]])
def test_one_private_address_of_several_is_enough(
    found: Iterable[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(addresses, "look_up", lambda host, port: list(found))
    monkeypatch.setattr(httpcore, "SyncBackend", Connected)
    Connected.to = []
    with pytest.raises(ForbiddenAddress):
        fetch("http://mixed.example/x", tmp_path / "x", LIMITS, Reach())
    assert Connected.to == []


def test_a_redirect_is_looked_up_anew(monkeypatch: pytest.MonkeyPatch, server: WebServer, tmp_path: Path) -> None:
    """The same name, which is allowed at first, means a private address behind the redirect."""
    answers = iter([["127.0.0.1"], ["10.1.2.3"]])
    monkeypatch.setattr(addresses, "look_up", lambda host, port: next(answers))
    server.answers["/a"] = Answer(307, {"Location": "/b"})
    with pytest.raises(ForbiddenAddress, match=r"leads to 10\.1\.2\.3"):
        fetch(f"http://cdn.example:{server.port}/a", tmp_path / "x", LIMITS, Reach.of([f"127.0.0.1:{server.port}"]))
    assert len(server.asked) == 1
