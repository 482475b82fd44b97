"""Manifests of C#, F# and Visual Basic: project files, solutions, central package versions, global.json."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy

from .model import Manifest, string, table, unique
from .parsing import jsonc

_PACKAGE = lazy(
    r"<(?:PackageReference|PackageVersion|GlobalPackageReference)\s[^>]{0,500}?(?:Include|Update)\s*=\s*\"([^\"]+)\""
)
_LEGACY_REFERENCE = lazy(r"<Reference\s+Include\s*=\s*\"([\w.]+)")
_SDK = lazy(r"<Project\s[^>]{0,500}?Sdk\s*=\s*\"([^\"/]+)")
_TARGET = lazy(r"<(?:TargetFrameworks?|TargetFrameworkVersion)>\s*([^<]+?)\s*</")


def project(path: str, text: str) -> Manifest:
    target = _TARGET.search(text)
    return Manifest(
        path=path,
        ecosystem="C#",
        text=text,
        name=path.rpartition("/")[2].rpartition(".")[0],
        dependencies=unique([*_PACKAGE.findall(text), *_SDK.findall(text), *_LEGACY_REFERENCE.findall(text)]),
        runtimes=(("dotnet", target[1]),) if target and "$" not in target[1] else (),
        entry_points=("Program.cs", "Program.fs", "Program.vb"),
        published=True,
    )


def packages_config(path: str, text: str) -> Manifest:
    return Manifest(
        path, "C#", text, dependencies=unique(re.findall(r"<package\s+id\s*=\s*\"([^\"]+)\"", text))
    )


def solution(path: str, text: str) -> Manifest:
    """A .sln or .slnx: its projects, as paths with "/"."""
    projects = re.findall(r"\"([^\"\n]+\.(?:cs|fs|vb)proj)\"", text)
    folders = (each.replace("\\", "/").rpartition("/")[0] for each in projects)
    return Manifest(path, "C#", text, members=unique(folders))


def global_json(path: str, text: str) -> Manifest:
    version = string(table(jsonc(text), "sdk").get("version"))
    return Manifest(path, "C#", text, runtimes=(("dotnet", version),) if version else ())
