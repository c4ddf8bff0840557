"""What a URL leads to, and which addresses are of the public internet, however they are spelled."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from velocity_engine.errors import StorageError

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
FIRST_FREE_PORT = 1024
# From there on, what the Fetch standard of browsers blocks: servers of other protocols that read what HTTP sends.
BLOCKED_PORTS = frozenset((
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
))  # fmt: skip
_NAME = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")

Address = IPv4Address | IPv6Address


class ForbiddenAddress(StorageError):
    """A URL leads, or may lead, to where nobody connects on a stranger's word."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL names to connect to. ``host`` is ASCII, in lower case, without a final dot and brackets."""

    scheme: str
    host: str
    port: int


def target_of(url: str) -> Target:
    """Returns the target of a URL.

    Args:
        url: The URL.

    Raises:
        ForbiddenAddress: It is not plain http or https to a host and a port.
    """
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
    if not _NAME.fullmatch(host) or len(host) > MAX_HOST or port == 0:
        raise ForbiddenAddress("its host or its port is not valid")
    return Target(parts.scheme, host, port)


def require_web_port(target: Target) -> None:
    """Looks whether a port is one on which web servers listen.

    Args:
        target: What is to be connected to.

    Raises:
        ForbiddenAddress: It is one of other protocols, whose servers may take what HTTP sends for their own.
    """
    if target.port in PORTS.values() or (target.port >= FIRST_FREE_PORT and target.port not in BLOCKED_PORTS):
        return
    raise ForbiddenAddress(f"port {target.port} is not one of the web; use 80, 443, or a free one from 1024 on")


def receiver_of(url: str) -> str:
    """Returns host and port of a URL, to count by; empty for a URL that is not allowed.

    Args:
        url: The URL.
    """
    try:
        target = target_of(url)
    except ForbiddenAddress:
        return ""
    return f"{target.host}:{target.port}"


def ascii_host(host: str) -> str:
    """The name as the domain name system knows it. Raises UnicodeError, which is a ValueError."""
    plain = host if host.isascii() else host.encode("idna").decode()
    return plain.lower().removesuffix(".")


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet. An IPv6 address that embeds IPv4 is judged by what it means.

    Args:
        address: The address.
    """
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


def meant_by(address: Address) -> Address:
    """The IPv4 address that an IPv6 address embeds, or the address itself.

    Args:
        address: The address.
    """
    if isinstance(address, IPv6Address) and any(address in network for network in EMBEDDING_V6):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def spelled_address(host: str, port: int) -> list[str]:
    """The address that a host spells (dotted, decimal, octal, hexadecimal, IPv6); nothing for a name.

    Args:
        host: As ``Target`` has it.
        port: Its port.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return []
    return [str(entry[4][0]) for entry in found]


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, the best one first. May take as long as the system's resolver does. Raises OSError."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def begin_look_up(host: str, port: int) -> Future[list[str]]:
    """Looks up a host in a thread of its own, which nobody has to wait for, not even the end of the process.

    The caller bounds how many are under way: a resolver that hangs can be left, but not ended.

    Args:
        host: As ``Target`` has it.
        port: Its port.

    Returns:
        The addresses, the best one first; or what the resolver raised, an OSError or a UnicodeError.
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


def parsed(address: str) -> Address:
    """An address as the resolver tells it."""
    return ipaddress.ip_address(address)
