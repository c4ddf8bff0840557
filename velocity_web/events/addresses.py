"""Where the service may connect to on a stranger's word: public addresses only, however they are spelled."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
# The special-purpose registries of IANA, and what stands for a network of somebody's own.
RESERVED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
GLOBAL_V6 = IPv6Network("2000::/3")
# Of the global unicast addresses: protocol assignments with Teredo, documentation, 6to4.
RESERVED_V6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# Prefixes whose last 32 bits are the IPv4 address that is meant: mapped, and NAT64's well-known one.
EMBEDDING_V6 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
ISATAP = (0x0000_5EFE, 0x0200_5EFE)
MAX_HOST = 253


class ForbiddenAddress(Exception):
    """A URL leads, or may lead, to where the service does not connect."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL names to connect to. ``host`` is ASCII, in lower case, without a final dot and brackets."""

    scheme: str
    host: str
    port: int


def target_of(url: str) -> Target:
    """The target of a URL. Raises ForbiddenAddress for one that is not plain http or https to a host and a port."""
    try:
        parts = urlsplit(url)
        port = PORTS[parts.scheme] if parts.port is None else parts.port
        host = ascii_host(parts.hostname or "")
    except KeyError:
        raise ForbiddenAddress("it must begin with http:// or https://") from None
    except ValueError:
        raise ForbiddenAddress("its host or its port is not valid") from None
    if parts.username is not None or parts.password is not None:
        raise ForbiddenAddress("it must not hold a user or password")
    if not host or len(host) > MAX_HOST or "%" in host or port == 0:
        raise ForbiddenAddress("its host or its port is not valid")
    return Target(parts.scheme, host, port)


def receiver_of(url: str) -> str:
    """Host and port of a URL, to count by; empty for a URL that is not allowed."""
    try:
        target = target_of(url)
    except ForbiddenAddress:
        return ""
    return f"{target.host}:{target.port}"


def ascii_host(host: str) -> str:
    """The name as the domain name system knows it. Raises UnicodeError, which is a ValueError."""
    plain = host if host.isascii() else host.encode("idna").decode()
    return plain.lower().removesuffix(".")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the public internet; an IPv6 address that embeds IPv4 is judged by what it means."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in RESERVED_V4)
    number = int(address)
    if any(address in network for network in EMBEDDING_V6):
        return is_public(IPv4Address(number & 0xFFFF_FFFF))
    if address.scope_id or address not in GLOBAL_V6 or any(address in network for network in RESERVED_V6):
        return False
    if (number >> 32) & 0xFFFF_FFFF in ISATAP:
        return is_public(IPv4Address(number & 0xFFFF_FFFF))
    return True


def require_public(host: str, addresses: Sequence[str]) -> None:
    """Raises ForbiddenAddress when any address of a host is not public."""
    for address in addresses:
        if not is_public(ipaddress.ip_address(address)):
            shown = "" if address == host else f" leads to {address}, which"
            raise ForbiddenAddress(f"{host}{shown} is not a public address")


def spelled_address(host: str, port: int) -> list[str]:
    """The address that a host spells (dotted, decimal, octal, hexadecimal, IPv6); nothing for a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return []
    return [str(entry[4][0]) for entry in found]


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, the best one first. May take as long as the system's resolver does. Raises OSError."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def begin_look_up(host: str, port: int) -> Future[list[str]]:
    """A look-up in a thread of its own, which nobody has to wait for, not even the end of the process.

    The caller bounds how many are under way: a resolver that hangs can be left, but not ended.
    """
    future: Future[list[str]] = Future()
    future.set_running_or_notify_cancel()

    def work() -> None:
        try:
            found = look_up(host, port)
        except BaseException as error:  # noqa: BLE001  # it is raised where the result is asked for
            future.set_exception(error)
        else:
            future.set_result(found)

    threading.Thread(target=work, name="look-up", daemon=True).start()
    return future
