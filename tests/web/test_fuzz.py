"""schemathesis over the OpenAPI document: bounded here, long by ``VELOCITY_TEST_EXAMPLES``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from web.support_service import Service, render_request
from web.support_templates import png, template_zip, wav

EXAMPLES = os.environ.get("VELOCITY_TEST_EXAMPLES", "1")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,missing_required_header,unsupported_method,allow_header_conformance,"
    "use_after_free,ignored_auth"
)
"""Left out: ensure_resource_availability, since an upload is 404 for some endpoints until it is completed, and
negative_data_rejection, since a form's fields are text whatever type was meant."""


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_every_answer_is_one_that_the_document_names(service: Service, tmp_path: Path) -> None:
    """No 5xx, no status, header or body that is not documented, in sequences of requests too; known ids are given."""
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        campaign_id = client.post("/campaign", json={"name": "Campaign"}).json()["id"]
        group_id = client.post("/audio-asset-group", json={"name": "Group"}).json()["id"]
        instance = {"templateId": template_id, "name": "Instance"}
        batch = {**render_request(template_id), "rows": [{"name": "Row"}]}
        known = {
            "templateId": template_id,
            "renderId": client.ready_render(template_id),
            "audioId": client.ready_audio(wav(), audioGroupId=group_id),
            "groupId": group_id,
            "assetId": client.post("/asset", files={"file": ("a.png", png())}).json()["id"],
            "campaignId": campaign_id,
            "instanceId": client.post(f"/campaign/{campaign_id}/template-instance", json=instance).json()["id"],
            "batchId": client.post("/render/batch", json=batch).json()["batchId"],
        }
        key = client.key
    lines = ["[parameters]", *(f'"path.{name}" = "{value}"' for name, value in known.items())]
    (tmp_path / "schemathesis.toml").write_text("\n".join(lines) + "\n")
    options = ["--max-examples", EXAMPLES, "--checks", CHECKS, "--header", f"X-API-Key: {key}", "--seed", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/openapi.json", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
