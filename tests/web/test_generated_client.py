"""A client that a generator makes of the OpenAPI document, as docs/service.md says, talks with a live service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import venv
from pathlib import Path

import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import template_zip

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
GENERATOR = "openapi-python-client==0.29.1"
SERVICE = Path(__file__).resolve().parents[2] / "docs" / "service.md"
PROGRAM = """
import json, sys, time
from io import BytesIO
from uuid import UUID

from made import AuthenticatedClient
from made.api.render import create_render, download_render, get_render_status
from made.api.template import get_template_status, list_templates, upload_template
from made.models import EncoderConfigRequest, Problem, RenderQueued, RenderRequest, UploadTemplateBody
from made.types import File

url, key, template = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=key, prefix="", auth_header_name="X-API-Key")


def settled(ask):
    while (status := ask()).status.value not in ("completed", "failed"):
        time.sleep(0.1)
    return status.status.value


with open(template, "rb") as file:
    content = BytesIO(file.read())
body = UploadTemplateBody(file=File(payload=content, file_name="template.zip", mime_type="application/zip"))
template_id = upload_template.sync(client=client, body=body).template_id
assert settled(lambda: get_template_status.sync(template_id, client=client)) == "completed"
listed = list_templates.sync(client=client)

encoder = EncoderConfigRequest(bitrate=100_000, preset=5)
asked = RenderRequest(name="Made", template_id=template_id, encoder_config=encoder)
queued = create_render.sync(client=client, body=asked)
assert isinstance(queued, RenderQueued), queued
state = settled(lambda: get_render_status.sync(queued.render_id, client=client))
video = download_render.sync_detailed(queued.render_id, client=client)

asked.name = ""
refused = create_render.sync(client=client, body=asked)
assert isinstance(refused, Problem), refused
print(json.dumps({
    "listed": [str(one.id) for one in listed],
    "template": str(template_id),
    "render": state,
    "video": video.content[4:8].decode(),
    "refused": refused.errors.to_dict(),
}))
"""


def run(*command: str | Path, cwd: Path, path: str = "") -> str:
    env = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"} if path else None
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_a_generated_client_renders(service: Service, client: Client, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    tools = tmp_path / "venv" / "bin"
    run(tools / "python", "-m", "pip", "install", "-qq", GENERATOR, cwd=tmp_path)
    (tmp_path / "openapi.json").write_bytes(client.get("/openapi.json").content)
    (tmp_path / "template.zip").write_bytes(template_zip())
    (configuration,) = re.findall(r"```yaml\n(content_type_overrides:.+?)```", SERVICE.read_text(), re.DOTALL)
    (tmp_path / "configuration.yaml").write_text(configuration)
    said = run(
        *(tools / "openapi-python-client", "generate", "--path", "openapi.json", "--output-path", "made"),
        *("--meta", "none", "--config", "configuration.yaml"),
        cwd=tmp_path,
        path=str(tools),  # where its formatter is
    )
    assert "WARNING" not in said, said[:3000]
    (tmp_path / "program.py").write_text(PROGRAM)
    answer = json.loads(
        run(tools / "python", "program.py", service.url, client.key, "template.zip", cwd=tmp_path).splitlines()[-1]
    )
    assert answer["listed"] == [answer["template"]]
    assert (answer["render"], answer["video"]) == ("completed", "ftyp")
    assert answer["refused"] == {"name": ["it must not be empty"]}
