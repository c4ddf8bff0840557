"""Tools that refuse an argument which they do not have, where the SDK's own would drop it and do something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mcp.server.mcpserver.context import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations

LONGEST_NAME = 60


class StrictTool(Tool):
    """A tool whose schema allows its own arguments only, and that says which one it does not know."""

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        """As the SDK's. Raises ToolError with a sentence for an argument that there is none of."""
        known: dict[str, Any] = self.parameters["properties"]
        if unknown := [name for name in arguments if name not in known]:
            raise ToolError(self._sentence(unknown[0], known))
        return await super().run(arguments, context, convert_result)

    def _sentence(self, unknown: str, known: Iterable[str]) -> str:
        """That there is no such argument, and where it belongs."""
        holders: dict[str, Any] = self.parameters.get("$defs", {})
        inside = next((name for name, one in holders.items() if unknown in one.get("properties", {})), None)
        name = unknown[:LONGEST_NAME]
        if inside is not None:
            return f"{self.name} has no argument {name!r} of its own; put it into {inside.lower()!r}"
        there = ", ".join(known)
        return f"{self.name} has no argument {name!r}; " + (f"it has {there}" if there else "it has none")


def strict_tool(call: Callable[..., Any], annotations: ToolAnnotations, structured_output: bool | None) -> StrictTool:
    """The tool that a function is, with the schema of its arguments closed."""
    tool = StrictTool.from_function(call, annotations=annotations, structured_output=structured_output)
    assert isinstance(tool, StrictTool)
    tool.parameters = {**tool.parameters, "additionalProperties": False}
    tool.parameters.setdefault("properties", {})
    return tool
