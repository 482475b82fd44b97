"""When an agent has ended: git is set to look at what it claims, and meanwhile the rest of us is loaded."""

from __future__ import annotations

from agent_baton.app import weighing
from agent_baton.app.hooks.occasion import step_of_agent
from agent_baton.engine.report import read_report
from agent_baton.errors import BatonError
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_baton.app.hooks.acting import Acting
    from agent_baton.app.hooks.occasion import Found
    from agent_baton.engine.report import Report
    from agent_baton.workspace.changes import Look


MEANWHILE = (  # what recording needs in any case
    "agent_baton.app.hooks.reporting:take_ended",
    "agent_baton.engine.handle:handle_all",
    "agent_baton.engine.attempts:record",
    "agent_baton.engine.events:StepFinished",
)


def after_subagent(occasion: Acting) -> str:
    """SubagentStop: the step's report, if it was a step's agent."""
    if not occasion.call.text("agent_type"):
        return ""  # one of Claude Code's own, such as the one that compacts
    found = step_of_agent(occasion)
    if found is None or found.helper or found.step.status not in ("dispatched", "ready", "failed"):
        return ""
    report = read_report(occasion.call.text("last_assistant_message"))
    begun = _begin(occasion, found, report)
    if begun is None:
        return _take(occasion, found, report, None)
    with begun:
        for place in MEANWHILE:
            load(place)
        return _take(occasion, found, report, begun)


def _take(occasion: Acting, found: Found, report: Report, begun: Look | None) -> str:
    answer: str = load(MEANWHILE[0])(occasion, found, report, begun)
    return answer


def _begin(occasion: Acting, found: Found, report: Report) -> Look | None:
    """None when the report claims nothing by itself, and when git cannot look: that is found out again, and told."""
    if report.question or not (report.commit or report.files):
        return None
    try:
        return weighing.begin(occasion.site, found.state, found.step, report.commit, report.files)
    except BatonError:
        return None
