"""Writes the OpenAPI document of the service, as ``GET /openapi.json`` answers it, to a file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from velocity_web.http.openapi import openapi_document
from velocity_web.routes.system import OpenApiDocument
from velocity_web.server.app import ROUTES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="such as out/openapi.json")
    file: Path = parser.parse_args().file
    document = openapi_document((*ROUTES, ("/openapi.json", OpenApiDocument)))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
