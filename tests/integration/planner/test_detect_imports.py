"""The import graph and the place of symbols, over one small repository per language."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.planner.look import look
from agent_baton.planner.look.imports import import_graph, importers
from agent_baton.planner.look.symbols import symbols_in
from tests.support.repositories import build

Graph = dict[str, list[str]]

GRAPHS: dict[str, tuple[dict[str, str], Graph]] = {
    "python": (
        {
            "src/shop/__init__.py": "",
            "src/shop/api.py": (
                "import os\nfrom shop.models import (\n    Order,  # one\n)\nfrom . import db\n"
            ),
            "src/shop/models.py": "from .db import connect\nimport shop.util.text as text\n",
            "src/shop/db.py": "import json\n",
            "src/shop/util/__init__.py": "",
            "src/shop/util/text.py": "from ..models import Order\n",
            "tests/test_api.py": "from shop import api, nothing\n",
            "manage.py": "import shop.api\n",
        },
        {
            "manage.py": ["src/shop/api.py"],
            "src/shop/api.py": ["src/shop/__init__.py", "src/shop/db.py", "src/shop/models.py"],
            "src/shop/models.py": ["src/shop/db.py", "src/shop/util/text.py"],
            "src/shop/util/text.py": ["src/shop/models.py"],
            "tests/test_api.py": ["src/shop/__init__.py", "src/shop/api.py"],
        },
    ),
    "typescript": (
        {
            "package.json": '{"workspaces": ["packages/*"]}',
            "packages/ui/package.json": '{"name": "@x/ui"}',
            "packages/ui/src/index.ts": "export * from './button.js'\n",
            "packages/ui/src/button.tsx": "import React from 'react'\n",
            "packages/web/package.json": '{"name": "web"}',
            "packages/web/src/main.ts": "import { B } from '@x/ui'\nconst c = require('../lib/c')\n"
            "import('@/pages')\n",
            "packages/web/lib/c.js": "",
            "packages/web/src/pages/index.vue": "",
            "packages/web/src/pages/index.tsx": "",
        },
        {
            "packages/ui/src/index.ts": ["packages/ui/src/button.tsx"],
            "packages/web/src/main.ts": [
                "packages/ui/src/index.ts",
                "packages/web/lib/c.js",
                "packages/web/src/pages/index.tsx",
            ],
        },
    ),
    "go": (
        {
            "go.mod": "module example.com/shop\n",
            "main.go": 'package main\n\nimport (\n\t"fmt"\n\tdb "example.com/shop/internal/db"\n)\n',
            "internal/db/db.go": "package db\n",
            "internal/db/pool.go": "package db\n",
            "internal/db/db_test.go": 'package db\nimport "testing"\n',
        },
        {"main.go": ["internal/db/db.go", "internal/db/pool.go"]},
    ),
    "rust": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["core", "cli"]\n',
            "core/Cargo.toml": '[package]\nname = "shop-core"\n',
            "core/src/lib.rs": "pub mod order;\nmod money;\n",
            "core/src/order.rs": "use crate::money::{Cents, Currency as C};\nuse super::money;\n",
            "core/src/money/mod.rs": "mod round;\n",
            "core/src/money/round.rs": "use super::Cents;\n",
            "cli/Cargo.toml": '[package]\nname = "cli"\n',
            "cli/src/main.rs": "use shop_core::order::Order;\nuse std::fs;\n",
        },
        {
            "cli/src/main.rs": ["core/src/order.rs"],
            "core/src/lib.rs": ["core/src/money/mod.rs", "core/src/order.rs"],
            "core/src/money/mod.rs": ["core/src/money/round.rs"],
            "core/src/money/round.rs": ["core/src/money/mod.rs"],
            "core/src/order.rs": ["core/src/money/mod.rs"],
        },
    ),
    "java and kotlin": (
        {
            "src/main/java/a/b/Order.java": "package a.b;\nimport a.b.util.Text;\nimport java.util.List;\n",
            "src/main/java/a/b/util/Text.java": "package a.b.util;\n",
            "src/main/kotlin/a/c/App.kt": "import a.b.Order\nimport a.b.util.*\n",
            "src/test/java/a/b/OrderTest.java": "import static a.b.Order.total;\n",
        },
        {
            "src/main/java/a/b/Order.java": ["src/main/java/a/b/util/Text.java"],
            "src/main/kotlin/a/c/App.kt": [
                "src/main/java/a/b/Order.java",
                "src/main/java/a/b/util/Text.java",
            ],
            "src/test/java/a/b/OrderTest.java": ["src/main/java/a/b/Order.java"],
        },
    ),
    "php, ruby, c": (
        {
            "src/Order.php": "<?php\nuse Shop\\Money\\Cents;\n",
            "src/Money/Cents.php": "<?php\nrequire __DIR__ . '/round.php';\n",
            "src/Money/round.php": "<?php\n",
            "lib/a.rb": "require 'a/b'\nrequire 'json'\n",
            "lib/a/b.rb": "require_relative '../c'\n",
            "lib/c.rb": "",
            "c/a.c": '#include "a.h"\n#include <stdio.h>\n#include <lib/x.h>\n',
            "c/a.h": "",
            "include/lib/x.h": "",
        },
        {
            "c/a.c": ["c/a.h", "include/lib/x.h"],
            "lib/a.rb": ["lib/a/b.rb"],
            "lib/a/b.rb": ["lib/c.rb"],
            "src/Money/Cents.php": ["src/Money/round.php"],
            "src/Order.php": ["src/Money/Cents.php"],
        },
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_imports_inside_the_repository(name: str, tmp_path: Path) -> None:
    """Every way a language names another file of the repository; foreign packages are left out."""
    files, expected = GRAPHS[name]
    graph = import_graph(tmp_path, look(build(tmp_path, files)))
    assert {path: sorted(targets) for path, targets in graph.items()} == expected


def test_a_relative_import_cannot_leave_the_repository(tmp_path: Path) -> None:
    """However many steps up it takes."""
    files = {
        "a/b.ts": "import x from '../../../../etc/c'\n",
        "a/c.py": "from ......x import y\n",
        "etc/c.ts": "",
    }
    assert import_graph(tmp_path, look(build(tmp_path, files))) == {}


def test_the_graph_can_be_turned_round() -> None:
    """Who imports a file is what overlaps are predicted from."""
    assert importers({"a": frozenset("bc"), "d": frozenset("c")}) == {
        "b": frozenset("a"),
        "c": frozenset("ad"),
    }


SYMBOLS = {
    "shop/orders.py": "class Order:\n    def total(self):\n        return add(1)\nLIMIT: int = 3\n",
    "shop/carts.py": "def total(cart):\n    return Order(cart).total() + LIMIT\n",
    "web/cart.ts": (
        "export const useCart = () => {}\nexport class CartView {\n"
        "  async refresh(force: boolean) {\n  }\n}\n"
    ),
    "web/use.ts": "useCart(() => {\n})\nrefresh(1, () => {\n",
    "api/server.go": (
        "func (s *Server) Handle(w http.ResponseWriter) error {\n\treturn nil\n}\ntype Server struct {}\n"
    ),
    "core/src/lib.rs": "pub(crate) fn parse<T>(t: T) {}\npub struct Token;\nmacro_rules! ensure {}\n",
    "src/A.java": "public final class Ledger {\n  private static BigDecimal sum(List<X> xs) {\n  }\n}\n",
    "c/util.c": (
        "#define MAX_ITEMS 10\nstatic int\ncount_items (struct list *l)\n{\n}\nchar *name_of(int a);\n"
    ),
    "lib/user.rb": "class User\n  def active?\n  end\n  def self.find_by_mail(mail)\n  end\nend\n",
    "db/schema.sql": "CREATE TABLE IF NOT EXISTS invoices (id int);\n",
    "lib/a.ex": "defmodule Shop.Mailer do\n  def deliver(mail), do: mail\nend\n",
    "main.tf": 'resource "aws_sqs_queue" "orders" {}\nvariable "region" {}\n',
    "vendor/x.py": "class Vendored: ...\n",
    "tests/test_orders.py": "class Order:\n    pass\n",
    "README.md": "class Documented\n",
}


@pytest.mark.parametrize(
    ("symbol", "path"),
    [
        ("Order", "shop/orders.py"),
        ("Order.total", "shop/orders.py"),
        ("LIMIT", "shop/orders.py"),
        ("total()", "shop/orders.py"),
        ("useCart", "web/cart.ts"),
        ("CartView.refresh", "web/cart.ts"),
        ("Server.Handle", "api/server.go"),
        ("Server", "api/server.go"),
        ("parse", "core/src/lib.rs"),
        ("Token", "core/src/lib.rs"),
        ("ensure", "core/src/lib.rs"),
        ("Ledger#sum", "src/A.java"),
        ("MAX_ITEMS", "c/util.c"),
        ("User.find_by_mail", "lib/user.rb"),
        ("active?", "lib/user.rb"),
        ("invoices", "db/schema.sql"),
        ("Shop.Mailer", "lib/a.ex"),
        ("deliver", "lib/a.ex"),
        ("region", "main.tf"),
    ],
)
def test_a_symbol_is_found_where_it_is_defined(symbol: str, path: str, tmp_path: Path) -> None:
    """Not where it is used, tested or documented."""
    facts = look(build(tmp_path, SYMBOLS))
    expected = {"shop/orders.py", "shop/carts.py"} if symbol == "total()" else {path}
    assert set(symbols_in(tmp_path, facts, [symbol]).values()) <= expected
    assert symbols_in(tmp_path, facts, [symbol])


@pytest.mark.parametrize("symbol", ["Vendored", "Documented", "nowhere", "Orde", "", "()", "a b", "::"])
def test_what_is_not_defined_here_is_left_out(symbol: str, tmp_path: Path) -> None:
    """Vendored code, texts, parts of words and things that are no names give nothing."""
    assert symbols_in(tmp_path, look(build(tmp_path, SYMBOLS)), [symbol]) == {}


def test_a_file_of_the_same_name_is_the_likelier_home(tmp_path: Path) -> None:
    """Of two definitions that read alike, the one in the file or package named after it."""
    files = {"a/compat.rs": "pub struct Resolver;\n", "z/resolver.rs": "pub struct Resolver;\n"}
    assert symbols_in(tmp_path, look(build(tmp_path, files)), ["Resolver"]) == {"Resolver": "z/resolver.rs"}


def test_several_symbols_at_once(tmp_path: Path) -> None:
    """Each gets its own answer, in the order asked."""
    facts = look(build(tmp_path, SYMBOLS))
    assert list(symbols_in(tmp_path, facts, ["Token", "nowhere", "Order"]).items()) == [
        ("Token", "core/src/lib.rs"),
        ("Order", "shop/orders.py"),
    ]
