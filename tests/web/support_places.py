"""Connections of a service on this machine, and what lies behind them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from web.support_bucket import CREDENTIALS, Bucket


def folder_connection(folder: Path, **more: Any) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    return {"url": str(folder), **more}


def bucket_connection(bucket: Bucket, **more: Any) -> dict[str, Any]:
    """With credentials of its own: the environment of the service has none."""
    options = {
        "key": CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "secret": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        "endpoint_url": bucket.server.endpoint,
        "client_kwargs": {"region_name": "us-east-1"},
    }
    return {"url": f"s3://{bucket.name}/out", "options": options, **more}


def connections(**named: dict[str, Any]) -> str:
    """The value of ``VELOCITY_CONNECTIONS``."""
    return json.dumps(named)


def no_parts(folder: Path) -> bool:
    """Whether nothing half written lies below a folder."""
    return not [path for path in folder.rglob("*") if path.is_file() and path.name.endswith(".part")]
