"""A client for the REST service of Velocity, which renders video templates.

``Velocity`` waits for each answer; ``AsyncVelocity`` is the same for code that awaits. ``webhooks.verify`` looks at who
sent a message. ``velocity_client.generated`` has every operation of the service, made from its description.
"""

from velocity_client import webhooks
from velocity_client._async.batches import AsyncBatch
from velocity_client._async.client import AsyncVelocity
from velocity_client._async.renders import AsyncRender
from velocity_client._sync.batches import Batch
from velocity_client._sync.client import Velocity
from velocity_client._sync.renders import Render
from velocity_client.errors import (
    Damaged,
    Failed,
    Mistaken,
    Refused,
    ServiceWarning,
    TimedOut,
    Unreachable,
    Unreadable,
    VelocityError,
)
from velocity_client.orders import Changes, Encoder, Order, Picture, Row
from velocity_client.retries import Retries

__all__ = [
    "AsyncBatch",
    "AsyncRender",
    "AsyncVelocity",
    "Batch",
    "Changes",
    "Damaged",
    "Encoder",
    "Failed",
    "Mistaken",
    "Order",
    "Picture",
    "Refused",
    "Render",
    "Retries",
    "Row",
    "ServiceWarning",
    "TimedOut",
    "Unreachable",
    "Unreadable",
    "Velocity",
    "VelocityError",
    "webhooks",
]
