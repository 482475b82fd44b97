"""How large a task is."""

from __future__ import annotations

import pytest

from agent_baton.planner.understand import understand
from agent_baton.planner.understand.complexity import complexity

LIGHT = """
Fix typo in README
README edits
Update the copyright year in the footer
Rename getUser to fetchUser
Bump lodash to 4.17.21
Change the button label from Save to Submit
Fix a broken link in the docs
Increase the request timeout to 60 seconds
Remove unused imports
Add a test for the empty cart
Make the header background blue
修正 README 的错别字
READMEの誤字を修正
README 오타 수정
Corriger une coquille dans le README
"""
MEDIUM = """
Add request logging middleware to the FastAPI app
Fix the race condition in the job scheduler
Add pagination to the users endpoint
Implement password reset by email
Refactor the order processing module to use the repository pattern
Upgrade Django to 5.1
Write integration tests for the checkout flow
The search page returns deleted items; fix the query
给用户列表页面添加分页功能
"""
HEAVY = """
Rewrite the billing service in Go
Migrate the database from MySQL to PostgreSQL
Split the monolith into microservices
Redesign the authentication system across all services
Add internationalization to the entire frontend and backend
Move all services to Kubernetes with Helm charts and Terraform
Port the whole codebase to TypeScript
Implement Stripe payments with subscriptions, invoices and refunds across web, API and mobile
重写整个支付系统
Reescribir todo el servicio de facturación
Das gesamte Frontend neu schreiben
"""


@pytest.mark.parametrize(
    ("size", "text"),
    [(size, text) for size, texts in (("light", LIGHT), ("medium", MEDIUM), ("heavy", HEAVY)) for text in texts.strip().splitlines()],
)  # fmt: skip
def test_ceremony_fits_the_task(size: str, text: str) -> None:
    """Words and renames are light, most changes medium, rewrites and whole-system work heavy."""
    assert understand(text).complexity == size


def test_several_things_to_do_make_a_task_larger() -> None:
    """A list of deliverables outweighs the small words that it is made of."""
    tasks = "- add the endpoint\n- add the form\n- store the answers\n- send a mail\n- show a report"
    assert complexity(tasks, "new-feature")[0] == "heavy"


def test_many_named_files_make_a_task_larger_and_one_smaller() -> None:
    """What is named and really there counts."""
    text = "Adapt the callers to the new signature of connect"
    one, many = complexity(text, "refactor", ("a.py",)), complexity(text, "refactor", tuple("abcdef"))
    assert [signal.name for signal in one[1] if signal.name == "one-file"]
    assert many[0] == "heavy"


def test_what_is_denied_does_not_count() -> None:
    """ "Without a rewrite" is no rewrite."""
    names = {
        signal.name
        for signal in complexity("Add a retry to the client without rewriting it", "new-feature")[1]
    }
    assert "rewrite" not in names


def test_an_ordinary_task_says_so() -> None:
    """Even a verdict that nothing moved has its signal."""
    assert [
        signal.name
        for signal in complexity("Let people sort the list of orders by their date", "new-feature")[1]
    ] == ["ordinary"]
