"""What went wrong on the way to a server, in words for who named it."""

from __future__ import annotations

import os
import socket
import ssl
from functools import cache

import httpcore

from velocity_engine.network.addresses import Target


@cache
def tls_context() -> ssl.SSLContext:
    """What certificates are checked with."""
    return httpcore.default_ssl_context()


def reason_of(error: BaseException, target: Target) -> str:
    """Returns what went wrong, from the errors that one stands on.

    Args:
        error: What httpcore or the system raised.
        target: What was connected to.
    """
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for found in chain:
        if isinstance(found, socket.gaierror):
            return f"the host {target.host} cannot be found"
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"the certificate of {target.host} is not valid: {found.verify_message}"
        if isinstance(found, ssl.SSLError):
            return f"{target.host} does not answer with TLS"
    if isinstance(error, httpcore.ProtocolError):
        return "the answer is not HTTP"
    if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout | OSError):
        numbers = [found.errno for found in chain if isinstance(found, OSError) and found.errno]
        why = f" ({os.strerror(numbers[-1]).lower()})" if numbers else ""
        return f"no connection to {target.host} at port {target.port} could be made{why}"
    return "the connection was closed before an answer came"
