"""Where the service connects to on a stranger's word, and that a request to there ends."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from web.support_receivers import SlowTaker

from velocity_engine.network import ForbiddenAddress, Reach, begin_look_up, receiver_of, spelled_address, target_of
from velocity_web.events.outgoing import Unanswered, post
from velocity_web.events.webhooks import require_allowed
from velocity_web.failures import Invalid
from velocity_web.settings import Settings


def words(text: str) -> list[str]:
    return text.split()


REFUSED = words("""
127.0.0.1 127.1 127.255.255.254 0.0.0.0 0 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1
169.254.169.254 100.64.0.1 100.127.255.255 192.0.0.1 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 127.0x0.01 0xa000001 3232235777 127.0.0.1.
[::] [::1] [::1]. [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:169.254.169.254]
[::127.0.0.1] [::7f00:1] [::8.8.8.8] [::ffff:0:127.0.0.1] [::ffff:0:8.8.8.8]
[64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b::192.168.0.1] [64:ff9b:1::7f00:1] [64:ff9b:1::8.8.8.8]
[64:ff9b:1:ffff::a00:1] [2002:7f00:1::] [2002:a00:1::1] [2002:c0a8:101::] [2002:808:808::]
[2001:0:4136:e378:8000:63bf:3fff:fdd2] [2001::1] [2001:2::1] [2001:10::1] [2001:20::1] [2001:db8::1] [3fff::1]
[2606:4700::5efe:7f00:1] [2606:4700::200:5efe:10.0.0.1] [fe80::5efe:8.8.8.8]
[fe80::1] [fe80::1%25eth0] [fe80::1%eth0] [2606:4700::1%eth0] [febf::1] [fec0::1] [feff::1] [fc00::1] [fd00::1]
[fdff:ffff::1] [ff02::1] [ff0e::1] [100::1] [5f00::1] [4000::1] localhost LOCALHOST localhost.
\u2460\u2461\u2466.0.0.1 \uff11\uff12\uff17.0.0.1 \u24dbocalhost
""")

PUBLIC = words("""
8.8.8.8 1.1.1.1 93.184.216.34 172.32.0.1 100.128.0.1 198.20.0.1 223.255.255.255 9.255.255.255 134744072 0x08080808
[2606:4700:4700::1111] [2a00:1450:4001::200e] [::ffff:8.8.8.8] [64:ff9b::8.8.8.8] [2606:4700::5efe:8.8.8.8]
""")

MALFORMED = words("""
http://user@example.com/ http://user:secret@example.com/ http://@example.com/ http://example.com:0/
http://example.com:65536/ http://example.com:x/ http:///hook http://[::1/ http://[zz]/ ftp://example.com/
file:///etc/passwd gopher://example.com/ //example.com/ example.com http://./
""")
TOO_LONG = [f"http://{'a' * 64}.\u00e9.example/", f"http://{'a.' * 127}example/"]


@pytest.mark.parametrize("host", REFUSED)
def test_what_is_not_public_is_refused_however_it_is_spelled(host: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        require_allowed(f"http://{host}/hook", Settings(data=tmp_path))
    assert "webhookUrl" in refused.value.errors
    with pytest.raises(ForbiddenAddress):
        connect_nowhere(host)


def connect_nowhere(host: str) -> None:
    """What is done before a connection."""
    target = target_of(f"http://{host}:8080/hook")
    Reach().require(target, begin_look_up(target.host, target.port).result(20))


@pytest.mark.parametrize("host", PUBLIC)
def test_public_addresses_are_allowed(host: str, tmp_path: Path) -> None:
    require_allowed(f"https://{host}/hook", Settings(data=tmp_path))
    target = target_of(f"https://{host}/hook")
    [address] = spelled_address(target.host, target.port)
    Reach().require(target, [address])
    assert receiver_of(f"https://{host}/hook") != ""


@pytest.mark.parametrize("url", [*MALFORMED, *TOO_LONG])
def test_urls_that_name_no_plain_receiver_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        require_allowed(url, Settings(data=tmp_path, webhook_allow_private=True))
    assert receiver_of(url) == ""


def test_one_private_address_of_several_is_enough() -> None:
    with pytest.raises(ForbiddenAddress, match=r"example leads to 10.0.0.1, which is not a public address"):
        Reach().require(target_of("http://example/"), ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize(
    ("url", "receiver"),
    [
        ("http://Example.COM./a", "example.com:80"),
        ("https://example.com:8443/", "example.com:8443"),
        ("https://b\u00fccher.example/", "xn--bcher-kva.example:443"),
        ("http://[2606:4700::1]:81/", "2606:4700::1:81"),
    ],
)
def test_receivers_are_counted_by_host_and_port(url: str, receiver: str) -> None:
    assert receiver_of(url) == receiver


async def loopback(_host: str, _port: int) -> str:
    return "127.0.0.1"


async def never(_host: str, _port: int) -> str:
    await asyncio.sleep(3600)
    return "127.0.0.1"


async def private(host: str, port: int) -> str:
    found: list[str] = await asyncio.wrap_future(begin_look_up(host, port))
    Reach().require(target_of(f"http://{host}:{port}/"), found)
    return "127.0.0.1"


def test_a_name_that_is_never_found_ends_at_the_deadline() -> None:
    with pytest.raises(Unanswered, match=r"within 0.5 seconds"):
        asyncio.run(post("http://example.com/", {}, b"", never, 0.5))


def test_the_checked_address_is_the_one_connected_to() -> None:
    taker = SlowTaker()
    assert asyncio.run(post(f"http://nowhere.invalid:{taker.port}/", {}, b"{}", loopback, 20)) == 200
    with pytest.raises(ForbiddenAddress, match="localhost leads to"):
        asyncio.run(post(f"http://localhost:{taker.port}/", {}, b"{}", private, 20))
    assert taker.taken == 1
    taker.close()


def test_a_closed_port_is_told() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://there.invalid:{bound.getsockname()[1]}/"
        with pytest.raises(Unanswered, match=r"no connection to there.invalid at port \d+ could be made \(.*refused\)"):
            asyncio.run(post(url, {}, b"{}", loopback, 20))


def test_a_name_that_does_not_exist_is_told() -> None:
    async def resolve(host: str, port: int) -> str:
        return (await asyncio.wrap_future(begin_look_up(host, port)))[0]

    with pytest.raises(Unanswered, match=r"the host nowhere.invalid cannot be found"):
        asyncio.run(post("http://nowhere.invalid/", {}, b"{}", resolve, 30))
