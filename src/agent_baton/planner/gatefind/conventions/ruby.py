"""Ruby suites without a Rakefile task: RSpec, Minitest, Rails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..calls import Call
from ..launch import has_gemfile
from ..meaning import Inspector, checks
from ..sightings import Sighting


def sightings(inspector: Inspector, folder: str = "") -> Iterator[Sighting]:
    repo = inspector.repo
    files = inspector.suites.of("Ruby", folder)
    if not files:
        return
    prefix = ("bundle", "exec") if has_gemfile(repo, folder) else ()
    if repo.is_file(_at(folder, "bin/rails")) and any(
        path.startswith(_at(folder, "test/")) for path in files
    ):
        yield _sighting(
            ("bin/rails", "test"), folder, _at(folder, "bin/rails"), "a Rails application with tests", 4
        )
    specs = [path for path in files if path.endswith("_spec.rb") and path.startswith(_at(folder, "spec/"))]
    if specs:
        config = next(
            (
                path
                for path in (_at(folder, ".rspec"), _at(folder, "spec/spec_helper.rb"))
                if repo.is_file(path)
            ),
            specs[0],
        )
        minitest = re.search(r"minitest|bacon", repo.text(_at(folder, "spec/spec_helper.rb")).lower())
        if not minitest:
            yield _sighting((*prefix, "rspec"), folder, config, f"{config}", 3)
            return
    tests = [
        path
        for path in files
        if path.startswith(_at(folder, "test/")) and re.search(r"(?:_test|/test_\w+|/tc_\w+)\.rb$", path)
    ]
    if tests:
        pattern = (
            "test/**/*_test.rb" if any(path.endswith("_test.rb") for path in tests) else "test/**/test_*.rb"
        )
        words = (
            *prefix,
            "ruby",
            "-Ilib:test",
            "-e",
            f"'Dir.glob(\"./{pattern}\").each {{ |file| require file }}'",
        )
        call = Call(words, folder, path=tests[0], line=1)
        yield Sighting(call, "convention", f"{tests[0]}", -2, checks("test", "Ruby", run=call))


def _at(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _sighting(words: tuple[str, ...], folder: str, path: str, where: str, weight: int) -> Sighting:
    return Sighting(Call(words, folder, path=path, line=1), "convention", where, weight)
