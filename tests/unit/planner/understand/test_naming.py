"""Files and symbols that a task names."""

from __future__ import annotations

import pytest

from agent_baton.planner.understand.naming import MAX_NAMES, files_named, symbols_named

FILES = (
    "README.md", "Makefile", "package.json", "web/package.json", "shop/__init__.py", "shop/cart.py", "shop/orders/views.py",
    "blog/views.py", "src/api/users/handler.ts", "src/components/LoginForm.tsx", "src/payment_gateway.rb", "src/app/[id]/page.tsx",
    "Dockerfile", "web/Dockerfile", "docs/guide.md", "man/downloadHandler.Rd", ".github/workflows/ci.yml", "src/io.ts", "lib/date-picker.js",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fix the total in shop/cart.py", ["shop/cart.py"]),
        ("Fix the total in ./shop/cart.py.", ["shop/cart.py"]),
        ("look at `cart.py`, then guide.md", ["shop/cart.py", "docs/guide.md"]),
        ("the query in orders/views.py is slow", ["shop/orders/views.py"]),
        ("the query in views.py is slow", []),
        ("shop.orders.views returns too much", ["shop/orders/views.py"]),
        ("shop.cart.Cart.total rounds wrongly", ["shop/cart.py"]),
        ("LoginForm forgets the user", ["src/components/LoginForm.tsx"]),
        ("PaymentGateway and DatePicker are slow", ["src/payment_gateway.rb", "lib/date-picker.js"]),
        ("downloadHandler sends an empty file", []),
        ("Fix typo in README", ["README.md"]),
        ("update package.json and the Dockerfile", ["package.json", "Dockerfile"]),
        ("change .github/workflows/ci.yml", [".github/workflows/ci.yml"]),
        ("修复src/io.ts中的错误", ["src/io.ts"]),
        ("edit src/app/[id]/page.tsx", ["src/app/[id]/page.tsx"]),
        ("write shop/missing.py", []),
        ("add a cart to the shop, with views and io", []),
        ("see https://example.org/shop/cart.html", []),
        ("use GitHub and FastAPI", []),
    ],
)
def test_a_file_is_named_only_when_it_is_there(text: str, found: list[str]) -> None:
    """Whole paths, ends of paths, unique names, modules and classes lead to files; plain words and guesses do not."""
    assert list(files_named(text, FILES)) == found


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("rename `total` to `sum_all`", ["total", "sum_all"]),
        ("Cart.total() is wrong, so is apply_discount", ["Cart.total", "apply_discount"]),
        ("Billing::Invoice and Order#price", ["Billing::Invoice", "Order#price"]),
        ("getUser calls fetchUser twice", ["getUser", "fetchUser"]),
        ("add a JavaScript client for GitHub with OAuth", []),
        ("the usual words, and nothing else", []),
    ],
)
def test_only_what_is_written_like_code_is_looked_up(text: str, asked: list[str]) -> None:
    """Names of the code are told from words and brands before anybody searches for them."""
    seen: list[str] = []
    symbols_named(text, lambda names: seen.extend(names) or {})
    assert seen == asked


def test_symbols_come_in_the_order_named_and_only_when_found() -> None:
    """What the finder does not know is not claimed."""
    assert symbols_named(
        "`b_two` and `a_one` and `gone_by`", lambda _names: {"a_one": "x.py", "b_two": "y.py"}
    ) == ("b_two", "a_one")


def test_a_listing_is_cut() -> None:
    """A text of a thousand names asks for no more than a task would hold."""
    asked: list[str] = []
    symbols_named(" ".join(f"name_{i}" for i in range(1_000)), lambda names: asked.extend(names) or {})
    assert len(asked) == MAX_NAMES
    files = tuple(f"f_{i}.py" for i in range(1_000))
    assert len(files_named(" ".join(files), files)) == MAX_NAMES
