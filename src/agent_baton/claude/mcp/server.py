"""The protocol, by the official SDK: both of its eras, stdout kept clean, calls side by side, cancellation."""

from __future__ import annotations

import json
import re
from typing import Any

import anyio
import mcp_types as wire
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from agent_baton.claude.mcp.offer import Offer, Reply, Resource, Tool, answered, refused, with_calls
from agent_baton.claude.mcp.running import Progress, run

Context = ServerRequestContext[dict[str, Any], Any]
Page = wire.PaginatedRequestParams | None


def serve(offer: Offer, version: str) -> None:
    """Serve on stdin and stdout until the client goes. What else would print there goes to stderr."""
    anyio.run(_serve, build(offer, version))


async def _serve(server: Server[dict[str, Any]]) -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def build(offer: Offer, version: str) -> Server[dict[str, Any]]:
    """A server of this offer, not yet connected to anything."""
    return Server(
        "agent-baton",
        version=version,
        instructions=offer.instructions,
        on_list_tools=_Tools(offer).list,
        on_call_tool=_Tools(offer).call,
        on_list_resources=_Resources(offer).list,
        on_list_resource_templates=_Resources(offer).templates,
        on_read_resource=_Resources(offer).read,
    )


class _Tools:
    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.known = {tool.name: tool for tool in offer.tools}

    async def list(self, _context: Context, _page: Page) -> wire.ListToolsResult:
        return wire.ListToolsResult(tools=[_tool(tool) for tool in self.offer.tools])

    async def call(self, context: Context, params: wire.CallToolRequestParams) -> wire.CallToolResult:
        tool = self.known.get(params.name)
        if tool is None:
            raise MCPError(wire.INVALID_PARAMS, f"no tool {params.name!r}; there are {', '.join(self.known)}")
        told = 0

        async def tell(line: str) -> None:
            nonlocal told
            told += 1
            await context.session.report_progress(told, message=line)

        return _result(await self.reply(tool, params.arguments or {}, tell))

    async def reply(self, tool: Tool, arguments: dict[str, Any], tell: Progress) -> Reply:
        try:
            line = tool.line(arguments)
        except ValueError as error:
            return refused(str(error))
        reply = answered(*await run([*self.offer.program, *line], tell, self.offer.session()))
        return reply if reply.refusal else Reply(with_calls(reply.fields, self.offer.tools))


class _Resources:
    def __init__(self, offer: Offer) -> None:
        self.offer = offer

    async def list(self, _context: Context, _page: Page) -> wire.ListResourcesResult:
        plain = [one for one in self.offer.resources if "{" not in one.uri]
        return wire.ListResourcesResult(resources=[wire.Resource(uri=o.uri, **_about(o)) for o in plain])

    async def templates(self, _context: Context, _page: Page) -> wire.ListResourceTemplatesResult:
        found = [
            wire.ResourceTemplate(uri_template=one.uri, **_about(one))
            for one in self.offer.resources
            if "{" in one.uri
        ]
        return wire.ListResourceTemplatesResult(resource_templates=found)

    async def read(
        self, _context: Context, params: wire.ReadResourceRequestParams
    ) -> wire.ReadResourceResult:
        for one in self.offer.resources:
            pattern = re.escape(one.uri).replace(r"\{task_id\}", "([a-z0-9-]{1,64})")
            found = re.fullmatch(pattern, params.uri)
            if found:
                text = await self._text(one, found[1] if found.groups() else "")
                contents = wire.TextResourceContents(uri=params.uri, mime_type=one.media_type, text=text)
                return wire.ReadResourceResult(contents=[contents])
        raise MCPError(wire.INVALID_PARAMS, f"no resource {params.uri!r}")

    async def _text(self, one: Resource, task_id: str) -> str:
        reply = refused("nothing to read")
        for line in one.lines:
            words = [word.replace("{task_id}", task_id) for word in line]
            code, out, err = await run([*self.offer.program, *words])
            reply = answered(code, out, err)
            if not reply.refusal:
                return out
        raise MCPError(wire.INVALID_PARAMS, reply.refusal)


def _tool(tool: Tool) -> wire.Tool:
    return wire.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.schema(),
        output_schema={"type": "object", "properties": dict(tool.outputs)},
        annotations=wire.ToolAnnotations(read_only_hint=tool.reads_only, open_world_hint=False),
    )


def _about(one: Resource) -> dict[str, Any]:
    return {"name": one.name, "description": one.description, "mime_type": one.media_type}


def _result(reply: Reply) -> wire.CallToolResult:
    text = reply.refusal or json.dumps(reply.fields, ensure_ascii=False)
    return wire.CallToolResult(
        content=[wire.TextContent(text=text)], structured_content=reply.fields, is_error=bool(reply.refusal)
    )
