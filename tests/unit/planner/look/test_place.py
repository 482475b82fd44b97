"""The part a file plays follows from its path."""

from __future__ import annotations

import pytest

from agent_baton.planner.look.place import is_test_file, place_of


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("src/shop/api.py", "source"),
        ("main.go", "source"),
        ("tests/test_api.py", "test"),
        ("pkg/api_test.go", "test"),
        ("src/app/order.spec.ts", "test"),
        ("packages/ui/test/button.ts", "test"),
        ("src/test/java/a/A.java", "test"),
        ("Shop.Tests/OrderTests.cs", "test"),
        ("spec/models/order_spec.rb", "test"),
        ("t/basic.t", "test"),
        ("src/main/java/org/junit/test/Runner.java", "source"),
        ("src/main/java/org/x/RetryTest.java", "source"),
        ("src/app/features/cart.ts", "source"),
        ("lib/rails/generators/spec/model.rb", "source"),
        ("lib/testament.c", "source"),
        ("tests/fixtures/a.py", "fixture"),
        ("pkg/testdata/a.go", "fixture"),
        ("vendor/github.com/x/y.go", "vendored"),
        ("tests/vendor/a.js", "vendored"),
        ("third_party/zlib/inflate.c", "vendored"),
        ("deps/lua/lua.c", "vendored"),
        ("apple/Storage.xcframework/ios-arm64/Storage.framework/Headers/a.h", "vendored"),
        ("src/deps/graph.py", "source"),
        ("pip/_vendor/rich/console.py", "vendored"),
        ("jquery-3.7.min.js", "vendored"),
        ("configure", "vendored"),
        ("api/v1/shop.pb.go", "generated"),
        ("shop_pb2.py", "generated"),
        ("lib/user.g.dart", "generated"),
        ("Forms/Main.Designer.cs", "generated"),
        ("public/app.min.js", "generated"),
        ("dist/index.js", "built"),
        ("build/setup.py", "source"),
        ("dist/compiled/x/package.json", "built"),
        ("docs/conf.py", "docs"),
        ("docs/tests/test_a.py", "docs"),
        ("examples/hello/main.go", "example"),
        ("scripts/release.py", "tooling"),
        (".github/workflows/ci.yml", "tooling"),
        (".claude/hooks/a.py", "tooling"),
        ("debian/rules", "tooling"),
        ("benches/parse.rs", "test"),
    ],
)
def test_place_of(path: str, place: str) -> None:
    """Every part is told apart, and a product's own folder names are left alone."""
    assert place_of(path) == place


@pytest.mark.parametrize(
    "path",
    [
        "a/conftest.py",
        "src/x.test.tsx",
        "FooTest.java",
        "a_spec.rb",
        "b.bats",
        "test-utils.R",
        "types/index.tst.ts",
    ],
)
def test_a_test_file_is_known_by_its_name(path: str) -> None:
    """Wherever it lies."""
    assert is_test_file(path)


@pytest.mark.parametrize(
    "path", ["latest.py", "src/contest.rs", "attest.go", "special.ts", "inspect.py", "suite.py"]
)
def test_words_that_only_contain_test_are_no_tests(path: str) -> None:
    """A name is not a test for containing four letters."""
    assert not is_test_file(path)
