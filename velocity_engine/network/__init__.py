"""Connecting to servers that a stranger named: which may be reached, and fetching one file from one."""

from velocity_engine.network.addresses import (
    ForbiddenAddress,
    Target,
    begin_look_up,
    receiver_of,
    spelled_address,
    target_of,
)
from velocity_engine.network.failures import reason_of, tls_context
from velocity_engine.network.reach import PrivateHost, Reach, own_reach
from velocity_engine.network.web_fetch import Fetched, FetchLimits, NotFetched, NotFetchedNow, Version, fetch

__all__ = [
    "FetchLimits",
    "Fetched",
    "ForbiddenAddress",
    "NotFetched",
    "NotFetchedNow",
    "PrivateHost",
    "Reach",
    "Target",
    "Version",
    "begin_look_up",
    "fetch",
    "own_reach",
    "reason_of",
    "receiver_of",
    "spelled_address",
    "target_of",
    "tls_context",
]
