"""``velocity mcp``, as a host runs it: started as a program, asked by the SDK's own client over its pipes."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp.client.client import Client as McpClient
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, ImageContent, TextContent
from web.support_service import Service
from web.support_templates import png, template_zip, zipped

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
Use = Callable[["Host"], Awaitable[None]]


class Host:
    """What runs the server, and calls its tools."""

    def __init__(self, client: McpClient) -> None:
        self.client = client

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        return await self.client.call_tool(tool, arguments)

    async def answer(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = await self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        found: dict[str, Any] = json.loads(text_of(result))
        return found

    async def refusal(self, tool: str, **arguments: Any) -> str:
        result = await self.call(tool, **arguments)
        assert result.is_error
        return text_of(result)


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


def run_host(use: Use, *arguments: str | Path, **environment: str) -> None:
    async def hosting() -> None:
        program = StdioServerParameters(
            command=sys.executable,
            args=["-m", "velocity_engine", "mcp", *map(str, arguments)],
            env=environment,
        )
        async with McpClient(stdio_client(program)) as client:
            await use(Host(client))

    asyncio.run(hosting())


def test_from_a_list_to_a_video(service: Service, tmp_path: Path) -> None:
    with service.client() as client:
        key, template_id = client.key, client.ready_template(DEMO.read_bytes(), "demo.zip")
    pictures, videos = tmp_path / "pictures", tmp_path / "videos"
    pictures.mkdir()
    (pictures / "me.png").write_bytes(png())
    (tmp_path / "secret.png").write_bytes(png())

    async def use(host: Host) -> None:
        tools = {tool.name: tool for tool in (await host.client.list_tools()).tools}
        assert set(tools) == {
            *("list_templates", "describe_template", "preview_template"),
            *("estimate_render", "render_template", "render_status"),
        }
        assert all(tool.description for tool in tools.values())
        assert await host.answer("list_templates") == {"templates": [{"id": template_id, "name": "demo"}]}
        described = await host.answer("describe_template", template_id=template_id)
        layers = {layer["layer"]: layer for layer in described["layers"]}
        assert "text" in layers["Headline"]["changes"]
        assert layers["Headline"]["value"]

        changes = {"texts": {"Headline": "Hello"}, "images": {"Photo": "me.png"}}
        seen = []
        for given in ({}, {"changes": changes}, {"frames": [0, 40], "width": 80}):
            shown = {"frame": 40} if "frames" not in given else {}
            result = await host.call("preview_template", template_id=template_id, **shown, **given)
            assert not result.is_error, text_of(result)
            [picture] = [part for part in result.content if isinstance(part, ImageContent)]
            assert picture.mime_type == "image/jpeg"
            assert base64.b64decode(picture.data).startswith(b"\xff\xd8")
            seen.append(picture.data)
        assert len(set(seen)) == 3

        output = {"end_frame": 5, "width": 320, "height": 180, "preset": 5, "name": "My / video"}
        estimate = await host.answer("estimate_render", template_id=template_id, changes=changes, output=output)
        assert estimate["frames"] == 5
        queued = await host.answer("render_template", template_id=template_id, changes=changes, output=output)
        status = {"status": "pending"}
        while status["status"] in ("pending", "processing"):
            status = await host.answer("render_status", render_id=queued["renderId"])
        assert status["status"] == "completed", status
        video = Path(status["file"])
        assert video.parent == videos
        assert video.read_bytes()[4:8] == b"ftyp"

        assert described["lengths"] is not None and estimate["videoSeconds"] == pytest.approx(5 / 30, abs=0.01)
        said = {"text": "1\n00:00:00,000 --> 00:00:02,000\nHello\n", "style": "outline"}
        spoken = await host.call("preview_template", template_id=template_id, frame=40, changes={"captions": said})
        assert next(part.data for part in spoken.content if isinstance(part, ImageContent)) not in seen
        wrong_length = await host.refusal("estimate_render", template_id=template_id, changes={"duration": 60})
        assert "no region of the template is elastic" in wrong_length

        for wrong, sentence in (
            ({"captions": {"text": "nothing"}}, "of no kind that is known"),
            ({"texts": {"Nowhere": "x"}}, "Nowhere"),
            ({"images": {"Photo": "../secret.png"}}, "no file '../secret.png' in the folder of pictures"),
        ):
            for tool in ("preview_template", "estimate_render", "render_template"):
                assert sentence in await host.refusal(tool, template_id=template_id, changes=wrong)
        for tool in ("preview_template", "estimate_render", "render_template"):
            told = await host.refusal(tool, template_id=template_id, texts={"Headline": "Hello"})
            assert told == f"{tool} has no argument 'texts' of its own; put it into 'changes'"
        assert "it has template_id" in await host.refusal("describe_template", template_id=template_id, id="x")
        assert "it has none" in await host.refusal("list_templates", folder="x")
        assert all(tool.input_schema["additionalProperties"] is False for tool in tools.values())
        unknown = "550e8400-e29b-41d4-a716-446655440000"
        assert unknown in await host.refusal("describe_template", template_id=unknown)
        told = await host.refusal("describe_template", template_id="demo")
        assert told.endswith(": 'demo' is no template: give what upload or get returned, or its id"), told
        assert "as this client knows it" not in told
        assert "both" in await host.refusal("render_template", template_id=template_id, output={"width": 320})
        assert await host.refusal("render_status", render_id=queued["renderId"], wait_seconds=10_000)

    run_host(use, "--files", pictures, "--downloads", videos, VELOCITY_URL=service.url, VELOCITY_KEY=key)


def test_a_wrong_key_is_said(service: Service) -> None:
    async def use(host: Host) -> None:
        assert "API key" in await host.refusal("list_templates")

    run_host(use, VELOCITY_URL=service.url, VELOCITY_KEY="wrong")


def test_a_folder_of_templates_in_place_of_a_service(tmp_path: Path) -> None:
    (tmp_path / "card.zip").write_bytes(template_zip())
    (tmp_path / "broken.zip").write_bytes(zipped({"data.json": "{}"}))

    async def use(host: Host) -> None:
        listed = await host.answer("list_templates")
        [template] = listed["templates"]
        assert template["name"] == "card"
        [problem] = listed["problems"]
        assert problem.startswith("broken.zip: ")
        described = await host.answer("describe_template", template_id=template["id"])
        assert described["frames"] > 0
        assert len((await host.answer("list_templates"))["templates"]) == 1
        queued = await host.answer("render_template", template_id=template["id"], output={"end_frame": 2})
        status = {"status": "pending"}
        while status["status"] in ("pending", "processing"):
            status = await host.answer("render_status", render_id=queued["renderId"])
        assert httpx.get(status["videoUrl"]).content[4:8] == b"ftyp"

    run_host(use, "--templates", tmp_path)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give the service's --url and VELOCITY_KEY, or a folder of --templates"),
        (["--url", "http://127.0.0.1:9"], "VELOCITY_KEY"),
        (["--templates", "nowhere"], "--templates names no folder: nowhere"),
    ],
)
def test_arguments_that_do_not_fit(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "velocity_engine", "mcp", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=480,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
