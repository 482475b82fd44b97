"""Ruby: Bundler, Rake, Rails."""

from __future__ import annotations

import re

from ..arguments import folders, missing_path, positionals
from ..calls import Call
from ..danger import is_threatening_inside
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_special, kind_of
from ..reading import Repo
from .prefixes import behind, launched
from .testing import no_tests


def _bundle(call: Call, inspector: Inspector) -> Meaning:
    if call.argv[1:2] != ("exec",):
        return NOTHING
    split = behind(call, 2)
    if split and not (
        inspector.repo.is_file(f"{call.cwd}/Gemfile".lstrip("/"))
        or inspector.repo.is_file(f"{call.cwd}/gems.rb".lstrip("/"))
    ):
        return inspector.of(split[1])
    return launched(call, inspector, split)


_RAKE_TASKS: tuple[tuple[str, str], ...] = (
    (r"Rake::TestTask\.new(?:[( \t]+[:\"'](\w+))?", "test"),
    (r"Minitest::TestTask\.create(?:[( \t]+[:\"'](\w+))?", "test"),
    (r"RSpec::Core::RakeTask\.new(?:[( \t]+[:\"'](\w+))?", "spec"),
    (r"Spec::Rake::SpecTask\.new(?:[( \t]+[:\"'](\w+))?", "spec"),
    (r"Cucumber::Rake::Task\.new(?:[( \t]+[:\"'](\w+))?", "cucumber"),
    (r"RuboCop::RakeTask\.new(?:[( \t]+[:\"'](\w+))?", "rubocop"),
    (r"require\s*\(?[\"']standard/rake[\"']", "standard"),
    (r"\b(?:multi)?task\s{0,4}\(?\s{0,4}[:\"']?([\w:]{1,80})", ""),
    (r"\bHoe\.(?:spec|new)\b", "test"),
    (
        r"Rails\.application\.load_tasks|require\s*[\"']voxpupuli-test/rake[\"']|require\s*[\"']puppetlabs_spec_helper/rake_tasks[\"']",
        "test",
    ),
)


def rake_tasks(repo: Repo, folder: str) -> dict[str, tuple[str, int]]:
    """The tasks of a Rakefile and its tasks folder, with their places."""
    prefix = f"{folder}/" if folder else ""
    paths = [
        prefix + name
        for name in ("Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb")
        if repo.is_file(prefix + name)
    ]
    paths += (
        [
            path
            for path in repo.under(folder)
            if path.endswith(".rake") and path.count("/") - prefix.count("/") <= 2
        ]
        if paths
        else []
    )
    found: dict[str, tuple[str, int]] = {}
    for path in paths[:20]:
        text = repo.text(path)
        for pattern, default in _RAKE_TASKS:
            for each in re.finditer(pattern, text):
                name = (each[1] if each.re.groups else "") or default
                if name:
                    found.setdefault(name, (path, text.count("\n", 0, each.start()) + 1))
    return found


def _rake_default(repo: Repo, folder: str) -> list[str]:
    text = repo.text(f"{folder}/Rakefile".lstrip("/"))
    found = re.search(
        r"\btask\s{0,4}\(?\s{0,4}(?::default|default:|[\"']default[\"'])\s{0,4}(?:=>)?\s{0,4}([^\n#]{0,300})",
        text,
    )
    return re.findall(r"[:\"']?([\w:]+)", found[1].replace("%w", "").replace("%i", "")) if found else []


def _rake(call: Call, inspector: Inspector) -> Meaning:
    words = [
        word for word in positionals(call.argv, ("-f", "--rakefile", "-j", "-I", "-r")) if "=" not in word
    ]
    tasks = rake_tasks(inspector.repo, call.cwd)
    if not tasks:
        return faulty("there is no Rakefile in this tree") if call.program == "rake" else NOTHING
    names = words or _rake_default(inspector.repo, call.cwd)
    for name in words:
        bare = name.partition("[")[0]
        if (
            bare not in tasks
            and bare.rpartition(":")[2] not in tasks
            and bare != "default"
            and "rails" not in inspector.repo.text(f"{call.cwd}/Rakefile".lstrip("/")).lower()
        ):
            return faulty(f"the Rakefile has no task {bare!r}")
        if is_threatening_inside(bare):
            return faulty(f"it could do harm: {bare!r}")
    if words == ["default"]:
        names = _rake_default(inspector.repo, call.cwd)
    kinds = {
        kind
        for name in names
        if (kind := kind_of(name.rpartition(":")[2]) or ("lint" if "rubocop" in name else None))
    }
    if "test" in kinds or any(re.search(r"spec|test|cucumber|feature", name) for name in names):
        if not inspector.suites.of("Ruby", call.cwd):
            return no_tests("Ruby")
        kinds.add("test")
        narrow = bool(words) and all(is_special(name) for name in words)
        return Meaning(frozenset(kinds), "Ruby", narrow=narrow)
    return (
        checks("lint", "Ruby")
        if "lint" in kinds
        else checks("build", "Ruby", narrow=True)
        if "build" in kinds
        else NOTHING
    )


def _ruby(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if "-e" in argv or "-v" in argv or "--version" in argv:
        return NOTHING
    if "-S" in argv:
        return inspector.of(call.with_words(*call.words[argv.index("-S") + 1 :]))
    words = positionals(argv, ("-I", "-r", "-W"))
    missing = missing_path(inspector.repo, call, words[:1], surely=True)
    if missing:
        return faulty(f"{missing!r} is not in this tree")
    if words and re.search(r"(?:^|/)(?:tests?|specs?)/|test", words[0]):
        return checks(
            "test",
            "Ruby",
            folders(inspector.repo, call.cwd, words[:1]),
            narrow=not re.search(r"all|run|suite|\*", words[0]),
        )
    return NOTHING


def _rails(call: Call, inspector: Inspector) -> Meaning:
    words = positionals(call.argv)
    if not words:
        return NOTHING
    verb = words[0]
    if verb in ("test", "spec", "test:all", "test:system"):
        return (
            checks("test", "Ruby", narrow=verb == "test:system")
            if inspector.suites.of("Ruby", call.cwd)
            else no_tests("Ruby")
        )
    return checks("build", "Ruby", narrow=True) if verb == "zeitwerk:check" else NOTHING


PROGRAMS: dict[str, Reader] = {
    **dict.fromkeys(("bundle", "bundler"), _bundle),
    **dict.fromkeys(("rake", "appraisal"), _rake),
    **dict.fromkeys(("ruby", "jruby"), _ruby),
    "rails": _rails,
}
