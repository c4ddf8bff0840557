from __future__ import annotations

from storage_support import bucket, s3_server

__all__ = ["bucket", "s3_server"]
