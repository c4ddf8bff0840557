"""Whether a message to your webhook comes from the service (Standard Webhooks)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from velocity_client.errors import VelocityError

TOLERANCE_SECONDS = 300


class Forged(VelocityError):
    """A message that the secret did not sign, or that is too old."""


def verify(
    body: bytes, headers: Mapping[str, str], secret: str, tolerance: float = TOLERANCE_SECONDS
) -> dict[str, Any]:
    """Returns the message, if it is the service's.

    Args:
        body: The request's body, byte for byte.
        headers: The request's headers, in any spelling.
        secret: ``whsec_...``, as ``GET /webhook/secret`` returns it.
        tolerance: Seconds that the message may be old, or the clocks apart.

    Raises:
        Forged: The message is not the service's, or is old. Answer 400, and do nothing.

    Example:
        >>> event = verify(request.get_data(), request.headers, secret)
        >>> event["type"], event["data"]["renderId"]
    """
    found = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if name not in found]
    if missing:
        raise Forged(f"the message lacks the header {missing[0]}")
    stamp = found["webhook-timestamp"]
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 15 or abs(time.time() - int(stamp)) > tolerance:
        raise Forged("the message is older than is allowed, or this machine's clock is wrong")
    signed = b".".join([found["webhook-id"].encode(), stamp.encode(), body])
    wanted = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest())
    for signature in found["webhook-signature"].split():
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value.encode(), wanted):
            message: dict[str, Any] = json.loads(body)
            return message
    raise Forged("the message was not signed with this secret")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the secret is not one of the service's: whsec_ and Base64") from None
