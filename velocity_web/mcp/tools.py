"""The six tools, as the protocol has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from mcp.server.mcpserver import Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import Field

from velocity_client import VelocityError
from velocity_web.mcp.desk import Changes, Desk, Mistake, Output
from velocity_web.mcp.strict import strict_tool

INSTRUCTIONS = (
    "Velocity renders videos from templates that designers exported from After Effects. Work in this order: "
    "list_templates, describe_template for the layers that may change, preview_template to see the result (the preview "
    "is what the video will show), estimate_render if time or size matter, render_template, and render_status until it "
    "is completed."
)
READS = ToolAnnotations(read_only_hint=True)
QUEUES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False)
LONGEST_WAIT = 50
"""Seconds; many hosts give up on a tool after a minute."""

TemplateId = Annotated[str, Field(description="the id of a template, of list_templates", max_length=100)]
RenderId = Annotated[str, Field(description="the id of a render, of render_template", max_length=100)]


@contextmanager
def told() -> Iterator[None]:
    """Errors are sentences that the model reads."""
    try:
        yield
    except (VelocityError, Mistake, OSError, TypeError, ValueError) as error:
        raise ToolError(str(error)[:2000]) from error


def make_server(desk: Desk, version: str) -> MCPServer:
    """The server with its tools, on one service."""
    tools: list[Tool] = []

    def tool(
        annotations: ToolAnnotations, structured_output: bool | None = None
    ) -> Callable[[Callable[..., Any]], None]:
        return lambda call: tools.append(strict_tool(call, annotations, structured_output))

    @tool(READS)
    async def list_templates() -> dict[str, Any]:
        """List the templates that videos can be made of, with their ids."""
        with told():
            return await desk.list_templates()

    @tool(READS)
    async def describe_template(template_id: TemplateId) -> dict[str, Any]:
        """Describe a template: its size, length and markers, and the layers that may be changed with what they hold."""
        with told():
            return await desk.describe(template_id)

    @tool(READS, structured_output=False)
    async def preview_template(
        template_id: TemplateId,
        changes: Changes | None = None,
        frame: Annotated[int | None, Field(ge=0, description="which frame; the first if left out")] = None,
        marker: Annotated[str | None, Field(max_length=1000, description="a marker in place of a frame")] = None,
        frames: Annotated[
            list[int] | None, Field(min_length=1, max_length=16, description="several frames, as one contact sheet")
        ] = None,
        width: Annotated[int, Field(ge=16, le=1280, description="of each frame, in pixels")] = 480,
    ) -> list[Any]:
        """See what a video with these changes shows at a frame: drawn exactly as the render will draw it."""
        given = {"frame": frame, "marker": marker, "frames": frames}
        shown = {name: value for name, value in given.items() if value is not None}
        with told():
            content, content_type, text = await desk.preview(template_id, changes or Changes(), shown, width)
        return [Image(data=content, format=content_type.removeprefix("image/")), text]

    @tool(READS)
    async def estimate_render(
        template_id: TemplateId, changes: Changes | None = None, output: Output | None = None
    ) -> dict[str, Any]:
        """Check a render and estimate how long it takes and how large the video gets; nothing is rendered."""
        with told():
            return await desk.estimate(template_id, changes or Changes(), output or Output())

    @tool(QUEUES)
    async def render_template(
        template_id: TemplateId, changes: Changes | None = None, output: Output | None = None
    ) -> dict[str, Any]:
        """Queue a render of a video; it uses render time of the account. Ask render_status for its progress."""
        with told():
            return await desk.render(template_id, changes or Changes(), output or Output())

    @tool(READS)
    async def render_status(
        render_id: RenderId,
        wait_seconds: Annotated[int, Field(ge=0, le=LONGEST_WAIT, description="how long to wait for its end")] = 20,
    ) -> dict[str, Any]:
        """Wait for a render, and say how far it is; once it is completed, where the video is."""
        with told():
            return await desk.status(render_id, wait_seconds)

    return MCPServer(
        "velocity", title="Velocity", instructions=INSTRUCTIONS, version=version, log_level="WARNING", tools=tools
    )
