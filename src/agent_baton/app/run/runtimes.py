"""Which runtime a name in the settings, or after --runtime, stands for."""

from __future__ import annotations

from dataclasses import dataclass

from agent_baton.errors import UserError
from agent_baton.runtimes.acp.quirks import KNOWN
from agent_baton.runtimes.acp.runtime import AcpRuntime
from agent_baton.runtimes.claude.command import COMMITTING
from agent_baton.runtimes.claude.runtime import ClaudeRuntime
from agent_baton.runtimes.protocol import Runtime
from agent_baton.runtimes.scripted.runtime import ScriptedRuntime
from agent_baton.runtimes.scripted.script import Script, load, parse

# Played by `--runtime scripted` without a script: real files, real commits, no model.
PLAY = """
rules:
  - {agent: "*review*", do: [{spend: {}}, {result: {text: "STATUS: complete\\nDONE: read the work of {{step}}; nothing to mend"}}]}
  - {agent: "*audit*", do: [{spend: {}}, {result: {text: "STATUS: complete\\nDONE: audited; no veto"}}]}
  - do:
      - {say: "looking at the task of {{step}}"}
      - {spend: {input_tokens: 1200, output_tokens: 150, usd: 0.004}}
      - {write: {"scripted/{{step}}.md": "# Step {{step}}\\n\\nWritten by {{agent}}, attempt {{attempt}}.\\n"}}
      - {commit: "{{step}}: scripted work of {{agent}}"}
      - {spend: {input_tokens: 900, output_tokens: 80, usd: 0.003}}
      - {result: {text: "STATUS: complete\\nDONE: wrote scripted/{{step}}.md\\nFILES: scripted/{{step}}.md\\nCHECKS: none"}}
"""


@dataclass(frozen=True)
class Choice:
    """A runtime and what it can be asked for. `name` is also the account its breaker stands for."""

    name: str
    runtime: Runtime
    models: bool = False  # it has a choice of models
    allowed_tools: tuple[str, ...] = ()  # let through without asking, in the vendor's words
    relays: bool = True  # an agent's requests can wait for a person
    schemas: bool = False  # it holds its agents to a JSON Schema
    boxes: bool = True  # its agents are processes, which a sandbox can hold


def choose_runtime(wanted: str) -> Choice:
    """`claude`, `scripted`, `scripted:FILE`, or an agent known to the Agent Client Protocol adapter."""
    name, _, rest = wanted.partition(":")
    if name == "claude":
        return Choice("claude", ClaudeRuntime(), True, COMMITTING, schemas=True)
    if name == "scripted":
        script: Script = load(rest) if rest else parse(PLAY)
        return Choice("scripted", ScriptedRuntime(script), boxes=False)
    if name in KNOWN:
        return Choice(name, AcpRuntime(KNOWN[name]), models=True)
    known = ", ".join(["claude", "scripted", "scripted:FILE", *sorted(KNOWN)])
    raise UserError(f"no runtime {wanted!r}; it is one of {known}")
