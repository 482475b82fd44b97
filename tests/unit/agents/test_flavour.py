"""Which flavour of a role a stack gets."""

# A case of a table is one line.

from __future__ import annotations

import pytest

from agent_baton.agents.flavour import choose_flavour
from agent_baton.agents.registry import load_registry

NAMES = load_registry().names


@pytest.mark.parametrize(
    ("role", "languages", "frameworks", "paths", "text", "expected"),
    [
        ("backend-engineer", ["Python"], [], [], "", "backend-engineer--python"),
        # the client is larger, but somebody else serves
        ("backend-engineer", ["TypeScript", "Python"], ["react", "fastapi"], [], "", "backend-engineer--python"),
        ("backend-engineer", ["TypeScript", "Python"], ["react", "express", "fastapi"], [], "", "backend-engineer--node"),
        ("backend-engineer", ["Python", "Rust"], [], ["src/lib.rs", "src/a.rs", "x.py"], "", "backend-engineer--rust"),
        ("backend-engineer", ["C++", "C"], [], ["include/a.h"], "", "backend-engineer--cpp"),
        ("backend-engineer", ["C", "C++"], [], ["include/a.h"], "", "backend-engineer--c"),
        ("backend-engineer", ["Python", "Go"], [], [], "Fix the Go client's timeout", "backend-engineer--go"),
        ("backend-engineer", ["Python", "Go"], [], [], "Let it go on after a timeout", "backend-engineer--python"),
        ("backend-engineer", ["Python"], [], [], "Support Rust grammar highlighting", "backend-engineer--python"),
        ("backend-engineer", ["Kotlin", "Java"], ["spring-boot"], [], "", "backend-engineer--kotlin"),
        ("backend-engineer", ["Java", "Kotlin"], ["spring-boot"], [], "", "backend-engineer--java"),
        ("backend-engineer", ["Shell", "Python"], ["flask"], [], "", "backend-engineer--shell"),
        ("backend-engineer", ["Python", "Shell"], [], [], "", "backend-engineer--python"),
        ("backend-engineer", ["HTML", "Dockerfile", "Ruby"], [], [], "", "backend-engineer--ruby"),
        ("backend-engineer", ["COBOL"], [], [], "", "backend-engineer"),
        ("backend-engineer", [], [], [], "", "backend-engineer"),
        ("frontend-engineer", ["TypeScript"], ["tailwindcss", "next"], [], "", "frontend-engineer--react"),
        ("frontend-engineer", ["TypeScript"], ["react", "vue"], ["src/A.vue"], "", "frontend-engineer--vue"),
        ("frontend-engineer", ["Python"], [], [], "Add a Svelte dashboard", "frontend-engineer--svelte"),
        ("frontend-engineer", ["HTML"], ["jquery"], [], "", "frontend-engineer"),
        ("mobile-engineer", ["Dart", "Swift"], ["flutter"], ["ios/Runner/AppDelegate.swift"], "", "mobile-engineer--swift"),
        ("mobile-engineer", ["Dart", "Swift"], ["flutter"], [], "crash on iOS", "mobile-engineer--flutter"),
        ("mobile-engineer", ["Kotlin", "Swift"], ["kotlin-multiplatform"], [], "crash on iOS", "mobile-engineer--swift"),
        ("mobile-engineer", ["Kotlin"], ["android"], [], "", "mobile-engineer--kotlin"),
        ("devops-engineer", ["HCL"], ["aws"], [], "Tag all subnets", "devops-engineer--terraform"),
        ("devops-engineer", ["HCL"], ["aws"], [], "Run validate in GitHub Actions", "devops-engineer"),
        ("devops-engineer", ["Go"], [], ["infra/main.tf"], "", "devops-engineer--terraform"),
        ("devops-engineer", ["Python"], ["docker"], [], "", "devops-engineer"),
        ("auditor", ["Python"], [], [], "", "auditor"),
    ],
)  # fmt: skip
def test_the_flavour_for_a_stack(
    role: str, languages: list[str], frameworks: list[str], paths: list[str], text: str, expected: str
) -> None:
    """Files outweigh words, words outweigh frameworks, frameworks outweigh languages; without a match the role itself."""
    name, reason = choose_flavour(role, languages, frameworks, paths, NAMES, text=text)
    assert name == expected
    assert reason or role == "auditor"


def test_a_projects_own_flavour_wins() -> None:
    """A project that wrote `backend-engineer--django` gets it, as Django says more than Python."""
    names = [*NAMES, "backend-engineer--django"]
    assert (
        choose_flavour("backend-engineer", ["Python"], ["django"], [], names)[0] == "backend-engineer--django"
    )


def test_a_flavour_for_a_language_we_have_none_for() -> None:
    """A project's flavour named after a language is found without our knowing that language."""
    names = [*NAMES, "backend-engineer--ocaml"]
    assert choose_flavour("backend-engineer", ["OCaml"], [], [], names)[0] == "backend-engineer--ocaml"
