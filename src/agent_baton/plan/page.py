"""The plan as one HTML page: a graph, and the same as text. No script, no network, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from agent_baton.plan import phrases
from agent_baton.plan.columns import shortened
from agent_baton.plan.inert import first_line, markup
from agent_baton.plan.layout import BAND_GAP, BOX_H, BOX_W, GATE_H, PAD, TITLE_H, Band, Box, Layout, lay_out
from agent_baton.plan.model import Gate, Phase, Plan, Step

COLUMN_W = 7  # pixels of a character at the size of the picture's text (see page.css)


def render_html(plan: Plan) -> str:
    """A complete page. Whatever texts the plan holds, the page shows them and runs nothing."""
    style = files("agent_baton.plan").joinpath("page.css").read_text(encoding="utf-8")
    title = markup(first_line(plan.task_summary, 120))
    body = "\n".join(_body(plan))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title} — plan {markup(plan.task_id)}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _body(plan: Plan) -> Iterator[str]:
    yield f'<h1 dir="auto">{markup(first_line(plan.task_summary))}</h1>'
    if plan.task_summary.strip() != first_line(plan.task_summary):
        yield f'<pre dir="auto">{markup(plan.task_summary)}</pre>'
    yield "<dl>"
    for name, value in [("Task ID", plan.task_id), *phrases.headline(plan)]:
        yield f"<div><dt>{name}</dt><dd>{markup(value)}</dd></div>"
    yield "</dl>"
    yield "<h2>Graph</h2>"
    yield from _graph(plan, lay_out(plan))
    for phase in plan.phases:
        yield from _phase(phase)
    if plan.explanation:
        yield "<h2>Why this plan</h2>\n<ul>"
        yield from (f'<li dir="auto">{markup(reason)}</li>' for reason in plan.explanation)
        yield "</ul>"
    if plan.shared_context:
        yield f'<h2>Shared context</h2>\n<pre dir="auto">{markup(plan.shared_context)}</pre>'


def _graph(plan: Plan, layout: Layout) -> Iterator[str]:
    """The picture. Readers that see none get its description here and everything else in the text below."""
    steps = {step.step_id: step for phase in plan.phases for step in phase.steps}
    yield '<div class="graph" tabindex="0" role="group" aria-label="Graph of the plan, scrollable">'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="graph-title graph-description" '
        f'width="{layout.width}" height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}">'
    )
    yield '<title id="graph-title">Phases and steps of the plan</title>'
    yield (
        f'<desc id="graph-description">{len(plan.phases)} phases from top to bottom with {len(steps)} steps; '
        "arrows lead from a step to those that wait for it. The text below says the same.</desc>"
    )
    yield (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path class="head" d="M0 0 L8 4 L0 8 z"/></marker></defs>'
    )
    for band in layout.bands:
        yield from _band(band, layout.width)
    yield from (_edge(layout.boxes[one], layout.boxes[other]) for one, other in layout.edges)
    for step_id, box in layout.boxes.items():
        yield from _box(steps[step_id], box)
    yield "</svg>\n</div>"


def _band(band: Band, width: int) -> Iterator[str]:
    phase = band.phase
    approval = " — needs approval" if phase.approval_required else ""
    if band.y:
        yield f'<path class="edge" d="M{PAD * 2} {band.y - BAND_GAP} v{BAND_GAP}" marker-end="url(#arrow)"/>'
    yield f'<rect class="band" x="1" y="{band.y + 1}" width="{width - 2}" height="{band.height - 2}" rx="8"/>'
    yield _text("phase", PAD, band.y + TITLE_H - 9, f"Phase {phase.phase_id}: {phase.name}{approval}", width)
    if phase.gate and band.gate_y is not None:
        size = f'width="{width - 2 * PAD}" height="{GATE_H - 6}" rx="4"'
        yield f'<rect class="gate" x="{PAD}" y="{band.gate_y}" {size}/>'
        yield _text("what", PAD + 10, band.gate_y + 19, f"Gate: {phase.gate.command}", width - 2 * PAD)


def _text(look: str, x: int, y: int, text: str, room: int) -> str:
    """One line of the picture, cut to the room it has."""
    return f'<text class="{look}" x="{x}" y="{y}">{markup(shortened(text, (room - 20) // COLUMN_W))}</text>'


def _edge(one: Box, other: Box) -> str:
    if one.x + BOX_W <= other.x:  # to a later column: from side to side
        x1, y1, x2, y2 = one.x + BOX_W, one.y + BOX_H // 2, other.x, other.y + BOX_H // 2
        bend = f"C{x1 + 28} {y1} {x2 - 28} {y2} {x2} {y2}"
    else:  # to a later phase: from below to above
        x1, y1, x2, y2 = one.x + BOX_W // 2, one.y + BOX_H, other.x + BOX_W // 2, other.y
        bend = f"C{x1} {y1 + 36} {x2} {y2 - 36} {x2} {y2}"
    return f'<path class="edge" d="M{x1} {y1} {bend}" marker-end="url(#arrow)"/>'


def _box(step: Step, box: Box) -> Iterator[str]:
    yield f'<a href="#step-{step.step_id}" aria-label="{markup(phrases.who(step))}">'
    yield f'<rect class="step" x="{box.x}" y="{box.y}" width="{BOX_W}" height="{BOX_H}" rx="6"/>'
    yield _text("who", box.x + 10, box.y + 17, f"{step.step_id} {step.agent_name}", BOX_W)
    yield _text("what", box.x + 10, box.y + 33, first_line(step.task_description), BOX_W)
    yield _text("model", box.x + 10, box.y + 49, f"[{step.model}]", BOX_W)
    yield "</a>"


def _phase(phase: Phase) -> Iterator[str]:
    yield f'<section aria-labelledby="phase-{phase.phase_id}">'
    yield f'<h2 id="phase-{phase.phase_id}" dir="auto">Phase {phase.phase_id}: {markup(phase.name)}</h2>'
    if phase.risk_level != "LOW":
        yield f"<p>Risk: {phase.risk_level}</p>"
    if phase.approval_required:
        yield "<p><strong>Needs approval</strong> by a person before it starts.</p>"
    yield "<ol>"
    for step in phase.steps:
        yield from _step(step)
    yield "</ol>"
    yield _gate(phase.gate)
    yield "</section>"


def _step(step: Step) -> Iterator[str]:
    yield f'<li id="step-{step.step_id}" tabindex="-1">'
    yield f"<h3>{markup(phrases.who(step))}</h3>"
    yield f'<pre dir="auto">{markup(step.task_description.strip())}</pre>'
    waits = [("After", [f'<a href="#step-{d}">{d}</a>' for d in step.depends_on])] if step.depends_on else []
    details = [(name, [markup(item) for item in items]) for name, items in phrases.details(step)]
    details += [
        (markup(name), [f'<pre dir="auto">{markup(text)}</pre>']) for name, text in phrases.parts(step)
    ]
    if waits or details:
        yield "<dl>"
        for name, items in [*waits, *details]:
            yield f'<div><dt>{name}</dt><dd dir="auto">{"<br>".join(items)}</dd></div>'
        yield "</dl>"
    yield "</li>"


def _gate(gate: Gate | None) -> str:
    if gate is None:
        return "<p>Gate: none</p>"
    notes = [", ".join(phrases.limits_of_gate(gate)), gate.description]
    notes += [f"red when the output matches: {expression}" for expression in gate.fail_on]
    about = "".join(f'<br><span dir="auto">{markup(note)}</span>' for note in notes if note)
    return f"<p>Gate ({gate.gate_type}): <code>{markup(gate.command)}</code>{about}</p>"
