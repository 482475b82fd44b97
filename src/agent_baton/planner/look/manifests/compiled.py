"""Manifests of Rust, Go, Swift, Dart, Zig, and of what C and C++ use."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy

from .model import Manifest, listed, string, table, unique
from .parsing import jsonc, toml, yml


def cargo(path: str, text: str) -> Manifest:
    document = toml(text)
    package, workspace = table(document, "package"), table(document, "workspace")
    places = [document, workspace, *table(document, "target").values()]
    kinds = ("dependencies", "dev-dependencies", "build-dependencies")
    names = [name for place in places for kind in kinds for name in table(place, kind)]
    binaries = [string(table(each).get("path")) for each in listed(document.get("bin"))]
    version = string(package.get("rust-version")) or string(table(workspace, "package").get("rust-version"))
    return Manifest(
        path=path,
        ecosystem="Rust",
        text=text,
        name=string(package.get("name")),
        dependencies=unique(names),
        runtimes=(("rust", version),) if version else (),
        entry_points=unique(
            [*binaries, string(table(document, "lib").get("path")), "src/main.rs", "src/lib.rs"]
        ),
        members=unique(listed(workspace.get("members"))),
        excluded=unique(listed(workspace.get("exclude"))),
        published="name" in package and package.get("publish") is not False,
    )


_GO_REQUIRE = lazy(r"^[ \t]*(?:require\s+)?([\w.-]+\.[\w.-]+/[\w./~-]+)\s+v\d", re.MULTILINE)


def go_mod(path: str, text: str) -> Manifest:
    name = re.search(r"^module\s+\"?([^\s\"]+)", text, re.MULTILINE)
    version = re.search(r"^go\s+([\d.]+\w*)", text, re.MULTILINE)
    return Manifest(
        path=path,
        ecosystem="Go",
        text=text,
        name=name[1] if name else "",
        dependencies=unique(_GO_REQUIRE.findall(text)),
        runtimes=(("go", version[1]),) if version else (),
        entry_points=("main.go",),
        published=bool(name),
    )


def go_work(path: str, text: str) -> Manifest:
    block = re.search(r"^use\s*\(([^)]*)\)", text, re.MULTILINE)
    uses = [*re.findall(r"^use\s+([^\s(]+)", text, re.MULTILINE), *(block[1].split() if block else ())]
    return Manifest(path, "Go", text, members=unique(each.removeprefix("./") for each in uses))


def package_swift(path: str, text: str) -> Manifest:
    urls = re.findall(r"\.package\([^)]*?(?:url|path):\s*\"([^\"]+)\"", text)
    name = re.search(r"Package\(\s*name:\s*\"([^\"]+)\"", text)
    version = re.search(r"swift-tools-version:\s*([\d.]+)", text)
    return Manifest(
        path=path,
        ecosystem="Swift",
        text=text,
        name=name[1] if name else "",
        dependencies=unique(url.rstrip("/").removesuffix(".git").rpartition("/")[2] for url in urls),
        runtimes=(("swift", version[1]),) if version else (),
        published=True,
    )


def podfile(path: str, text: str) -> Manifest:
    return Manifest(
        path,
        "Swift",
        text,
        dependencies=unique(
            re.findall(r"^[ \t]*(?:s\.|spec\.)?(?:pod|dependency)[\s(]+['\"]([^'\"/]+)", text, re.MULTILINE)
        ),
    )


def pubspec(path: str, text: str) -> Manifest:
    document = yml(text)
    environment = table(document, "environment")
    versions = (
        (name, string(environment.get(key))) for name, key in (("dart", "sdk"), ("flutter", "flutter"))
    )
    return Manifest(
        path=path,
        ecosystem="Dart",
        text=text,
        name=string(document.get("name")),
        dependencies=unique([*table(document, "dependencies"), *table(document, "dev_dependencies")]),
        runtimes=tuple((name, version) for name, version in versions if version),
        entry_points=("lib/main.dart", "bin/main.dart"),
        members=unique(listed(document.get("workspace"))),
        published=document.get("publish_to") != "none",
    )


def melos(path: str, text: str) -> Manifest:
    return Manifest(path, "Dart", text, members=unique(listed(yml(text).get("packages"))))


def zig_zon(path: str, text: str) -> Manifest:
    block = re.search(r"\.dependencies\s*=\s*\.\{(.*)", text, re.DOTALL)
    names = re.findall(r"\.@?\"?([\w-]+)\"?\s*=\s*\.\{", block[1]) if block else []
    name = re.search(r"\.name\s*=\s*\.?\"?([\w-]+)", text)
    version = re.search(r"\.minimum_zig_version\s*=\s*\"([^\"]+)\"", text)
    return Manifest(
        path,
        "Zig",
        text,
        name=name[1] if name else "",
        dependencies=unique(names),
        runtimes=(("zig", version[1]),) if version else (),
        entry_points=("src/main.zig", "src/root.zig"),
        published=True,
    )


_FIND_PACKAGE = lazy(
    r"\b(?:find_package|FetchContent_Declare|CPMAddPackage|find_dependency)\s*\(\s*(?:NAME\s+)?\"?([A-Za-z][\w.+-]*)",
    re.IGNORECASE,
)


def cmake(path: str, text: str) -> Manifest:
    name = re.search(r"^[ \t]*project\s*\(\s*\"?([A-Za-z][\w.+-]*)", text, re.MULTILINE | re.IGNORECASE)
    standard = re.search(r"CMAKE_CXX_STANDARD\s+(\d+)", text)
    return Manifest(
        path,
        "C++",
        text,
        name=name[1] if name else "",
        dependencies=unique(_FIND_PACKAGE.findall(text)),
        runtimes=(("c++", standard[1]),) if standard else (),
    )


def meson(path: str, text: str) -> Manifest:
    name = re.search(r"\bproject\s*\(\s*'([^']+)'", text)
    return Manifest(
        path,
        "C",
        text,
        name=name[1] if name else "",
        dependencies=unique(re.findall(r"\bdependency\(\s*'([\w.+-]+)'", text)),
    )


def vcpkg(path: str, text: str) -> Manifest:
    names = (
        string(each) or string(table(each).get("name")) for each in listed(jsonc(text).get("dependencies"))
    )
    return Manifest(path, "C++", text, dependencies=unique(names))


def conanfile(path: str, text: str) -> Manifest:
    """conanfile.txt or conanfile.py: references look like "fmt/10.2.1" in both."""
    return Manifest(
        path,
        "C++",
        text,
        dependencies=unique(re.findall(r"(?<![\w/.-])([a-z][a-z0-9_.+-]+)/\[?[<>=~^]*\d", text)),
    )
