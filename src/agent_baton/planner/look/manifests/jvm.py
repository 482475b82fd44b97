"""Manifests of Java, Kotlin, Scala, Clojure: Maven, Gradle with version catalogs, sbt, deps.edn, Leiningen.

XML is read with patterns: no entity is ever expanded, and a broken file still tells what it can.
"""

from __future__ import annotations

import re

from agent_baton.patterns import lazy

from .model import Manifest, string, table, unique
from .parsing import toml

_XML_COMMENT = lazy(r"<!--.*?-->", re.DOTALL)
_DEPENDENCY = lazy(
    r"<(?:dependency|plugin|parent|extension)>(.{0,2000}?)</(?:dependency|plugin|parent|extension)>",
    re.DOTALL,
)


def tag(text: str, name: str) -> str:
    """The text of the first such element without children."""
    found = re.search(rf"<{name}>\s*([^<]*?)\s*</{name}>", text)
    return found[1] if found else ""


def pom(path: str, text: str) -> Manifest:
    clean = _XML_COMMENT.sub("", text)
    found = [(tag(block, "groupId"), tag(block, "artifactId")) for block in _DEPENDENCY.findall(clean)]
    own = re.sub(
        r"<(parent|dependencies|build|dependencyManagement|profiles|reporting)>.*?</\1>",
        "",
        clean,
        flags=re.DOTALL,
    )
    keys = ("maven.compiler.release", "java.version", "maven.compiler.source", "release", "source")
    version = next(
        (value for value in (tag(clean, key) for key in keys) if re.fullmatch(r"[\d.]+", value)), ""
    )
    return Manifest(
        path=path,
        ecosystem="Java",
        text=text,
        name=tag(own, "artifactId"),
        dependencies=unique(f"{group}:{artifact}" for group, artifact in found if artifact),
        runtimes=(("java", version),) if version else (),
        members=unique(re.findall(r"<module>\s*([^<]+?)\s*</module>", clean)),
        published=bool(tag(own, "artifactId")),
    )


_GRADLE_DEPENDENCY = lazy(
    r"\b(?:implementation|api|compileOnly|runtimeOnly|kapt|ksp|annotationProcessor|classpath|compile|provided|testCompile|"
    r"(?:\w+)(?:Implementation|Api|CompileOnly|RuntimeOnly|AnnotationProcessor))\b[\s(]*(?:platform\(|enforcedPlatform\()?\s*"
    r"['\"]([\w.-]+:[\w.-]+)"
)
_GRADLE_PLUGIN = lazy(
    r"\bid[\s(]+['\"]([\w.-]+)['\"]|apply\s+plugin:\s*['\"]([\w.-]+)['\"]|\bkotlin\(\s*\"([\w.-]+)\""
)
_GRADLE_JAVA = lazy(
    r"(?:JavaLanguageVersion\.of\(|jvmToolchain\(|sourceCompatibility\s*=?\s*(?:JavaVersion\.VERSION_)?['\"]?|release\s*=\s*|release\.set\()"
    r"(\d+(?:[._]\d+)?)"
)


def gradle(path: str, text: str) -> Manifest:
    plugins = [
        first or second or (f"org.jetbrains.kotlin.{third}" if third else "")
        for first, second, third in _GRADLE_PLUGIN.findall(text)
    ]
    java = _GRADLE_JAVA.search(text)
    return Manifest(
        path=path,
        ecosystem="Java",
        text=text,
        dependencies=unique([*_GRADLE_DEPENDENCY.findall(text), *plugins]),
        runtimes=(("java", java[1].replace("_", ".")),) if java else (),
    )


_GRADLE_INCLUDE = lazy(
    r"^[ \t]*include\b(?:[ \t]*\(([^)]{0,4000})\)|[ \t]+([^\n]{0,2000}(?:,[ \t]*\n[^\n]{0,2000}){0,200}))",
    re.MULTILINE,
)


def gradle_settings(path: str, text: str) -> Manifest:
    calls = [first or second for first, second in _GRADLE_INCLUDE.findall(text)]
    names = [name for call in calls for name in re.findall(r"['\"]:?([^'\"]+)['\"]", call)]
    project = re.search(r"rootProject\.name\s*=\s*['\"]([^'\"]+)", text)
    return Manifest(
        path,
        "Java",
        text,
        name=project[1] if project else "",
        members=unique(name.strip(":").replace(":", "/") for name in names),
        published=True,
    )


def version_catalog(path: str, text: str) -> Manifest:
    """gradle/libs.versions.toml: the libraries and plugins every module may use."""
    document = toml(text)
    names: list[str] = []
    for entry in table(document, "libraries").values():
        module = string(entry) or string(table(entry).get("module"))
        group, name = string(table(entry).get("group")), string(table(entry).get("name"))
        names.append(":".join((module or f"{group}:{name}").split(":")[:2]))
    plugins = table(document, "plugins").values()
    names += [(string(entry) or string(table(entry).get("id"))).partition(":")[0] for entry in plugins]
    return Manifest(path, "Java", text, dependencies=unique(names))


_SBT_DEPENDENCY = lazy(r"\"([\w.-]+)\"\s*%%?%?\s*\"([\w.-]+)\"")


def sbt(path: str, text: str) -> Manifest:
    name = re.search(r"\bname\s*:=\s*\"([^\"]+)\"", text)
    version = re.search(r"\bscalaVersion\s*:=\s*\"([^\"]+)\"", text)
    folders = re.findall(
        r"\(?project\b\s*\.?\s*in\s*\(?\s*file\(\s*\"([^\"]+)\"|crossProject[^\n]*in\s+file\(\s*\"([^\"]+)\"",
        text,
    )
    return Manifest(
        path=path,
        ecosystem="Scala",
        text=text,
        name=name[1] if name else "",
        dependencies=unique(f"{group}:{artifact}" for group, artifact in _SBT_DEPENDENCY.findall(text)),
        runtimes=(("scala", version[1]),) if version else (),
        members=unique(folder for pair in folders for folder in pair if folder not in ("", ".")),
        published=True,
    )


_CLOJURE_COMMENT = lazy(r";[^\n]*")


def deps_edn(path: str, text: str) -> Manifest:
    clean = _CLOJURE_COMMENT.sub("", text)
    return Manifest(
        path,
        "Clojure",
        text,
        dependencies=unique(re.findall(r"([\w.-]+(?:/[\w.-]+)?)\s+\{\s*:(?:mvn|git|local|sha)", clean)),
        published=True,
    )


def project_clj(path: str, text: str) -> Manifest:
    clean = _CLOJURE_COMMENT.sub("", text)
    name = re.search(r"\(defproject\s+([\w./-]+)", clean)
    names = re.findall(r"\[([\w./-]+)\s+\"[^\"]*\"", clean)
    version = next(iter(re.findall(r"\[org\.clojure/clojure\s+\"([^\"]+)\"", clean)), "")
    return Manifest(
        path,
        "Clojure",
        text,
        name=name[1] if name else "",
        dependencies=unique(names),
        runtimes=(("clojure", version),) if version else (),
        published=True,
    )
