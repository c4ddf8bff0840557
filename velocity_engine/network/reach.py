"""Which hosts may be connected to on a stranger's word: public ones, and private ones that somebody allowed."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from velocity_engine.errors import StorageError
from velocity_engine.network.addresses import (
    Address,
    ForbiddenAddress,
    Target,
    ascii_host,
    is_public,
    meant_by,
    parsed,
    require_web_port,
)

HOSTS_VARIABLE = "VELOCITY_PRIVATE_HOSTS"
EVERY = "*"
_ENTRY = re.compile(r"(\[[^\]]+\]|[^:\[\]]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:/[0-9]+)?)(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class PrivateHost:
    """What somebody allowed: a host by its name, or a network. ``port`` is the only one, None for those of the web."""

    name: str
    network: IPv4Network | IPv6Network | None = None
    port: int | None = None

    def has(self, target: Target, address: Address) -> bool:
        """Whether a target that leads to an address is meant."""
        if self.port is not None and self.port != target.port:
            return False
        if self.network is None:
            return self.name in (EVERY, target.host)
        meant = meant_by(address)
        return meant.version == self.network.version and meant in self.network


@dataclass(frozen=True, slots=True)
class Reach:
    """Which hosts may be connected to.

    Attributes:
        private: What is allowed beside the public internet.

    Example:
        >>> Reach.of(["nas.lan", "10.0.0.0/8", "127.0.0.1:9000"])
    """

    private: tuple[PrivateHost, ...] = ()

    @classmethod
    def of(cls, hosts: Sequence[str]) -> Reach:
        """Returns what may be connected to where these are allowed beside the public internet.

        Args:
            hosts: Names ("nas.lan"), addresses ("10.0.0.7", "[fd00::7]"), networks ("10.0.0.0/8"), each with or without
                a port (":9000"); "*" for everything.

        Raises:
            ValueError: One of them is none of these.
        """
        return cls(tuple(_private_host(text) for text in hosts))

    def require(self, target: Target, addresses: Sequence[str]) -> None:
        """Looks whether a target may be connected to.

        Args:
            target: What a URL names.
            addresses: All addresses that its host has, as far as they are known. One that is not allowed is enough.

        Raises:
            ForbiddenAddress: It may not.
        """
        if not addresses and all(one.port != target.port for one in self.private):
            require_web_port(target)  # all that can be told of a name that was not found yet
        for text in addresses:
            address = parsed(text)
            allowed = [one for one in self.private if one.has(target, address)]
            if not any(one.port for one in allowed):
                require_web_port(target)
            if not allowed and not is_public(address):
                shown = "" if text == target.host else f" leads to {text}, which"
                raise ForbiddenAddress(f"{target.host}{shown} is not a public address")


def _private_host(text: str) -> PrivateHost:
    found = _ENTRY.fullmatch(text.strip())
    if found is None:
        raise ValueError(_not_a_host(text))
    spelled, port = found[1].strip("[]"), int(found[2]) if found[2] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(_not_a_host(text))
    try:
        return PrivateHost(spelled, ipaddress.ip_network(spelled), port)
    except ValueError:
        if "/" in spelled or ":" in spelled:
            raise ValueError(_not_a_host(text)) from None
    return PrivateHost(ascii_host(spelled), None, port)


def _not_a_host(text: str) -> str:
    return f"{text!r} is no host: write a name, an address or a network, such as nas.lan, 10.0.0.7:9000 or 10.0.0.0/8"


def own_reach() -> Reach:
    """Returns what the environment allows this program: ``VELOCITY_PRIVATE_HOSTS`` is a JSON list, or names with commas
    between them.

    Raises:
        StorageError: It is neither.
    """
    text = os.environ.get(HOSTS_VARIABLE, "").strip()
    try:
        hosts = json.loads(text) if text.startswith("[") else [part for part in text.split(",") if part.strip()]
        if not all(isinstance(host, str) for host in hosts):
            raise ValueError("it must be a list of texts")
        return Reach.of(hosts)
    except ValueError as error:
        raise StorageError(f"{HOSTS_VARIABLE} cannot be used: {error}") from None


__all__ = ["ForbiddenAddress", "PrivateHost", "Reach", "own_reach"]
