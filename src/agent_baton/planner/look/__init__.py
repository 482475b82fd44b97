"""Looking at a repository: what it is made of, from its files alone. Nothing of it is ever run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent_baton.errors import NotFound, UserError
from agent_baton.planner.facts import Facts

from . import inventory
from .frameworks import frameworks
from .languages import languages
from .manifests import manifests
from .members import members
from .owners import owners
from .package_managers import package_managers
from .runtimes import runtimes
from .sources import sources
from .tree import Tree

__all__ = ["look"]


def look(root: Path, files: Sequence[str] | None = None) -> Facts:
    """The facts about the repository at `root`.

    `files` are its paths relative to `root`, as git lists them (tracked, and untracked but not ignored);
    without them the folder is walked, honouring .gitignore. A link that leads out of the repository is not
    followed, and whatever cannot be read or parsed is passed over. Raises NotFound or UserError when `root`
    is no folder.
    """
    if not root.exists():
        raise NotFound(f"no such folder: {str(root)!r}")
    if not root.is_dir():
        raise UserError(f"not a folder: {str(root)!r}; name the repository's root")
    tree = Tree(root, files)
    found, declared = sources(tree), manifests(tree)
    at_root = [
        manifest
        for manifest in declared
        if not manifest.folder and (manifest.published or manifest.dependencies)
    ]
    spoken = languages(
        found, {manifest.ecosystem for manifest in at_root}, any(each.published for each in at_root)
    )
    primary = spoken[0].name if spoken else None
    return Facts(
        root=str(tree.root),
        files=tree.files,
        languages=spoken,
        frameworks=frameworks(tree, declared),
        package_managers=package_managers(tree, declared, primary),
        runtimes=runtimes(tree, declared),
        members=members(tree, declared, found),
        entry_points=inventory.entry_points(tree, declared),
        migrations=inventory.migrations(tree),
        infrastructure=inventory.infrastructure(tree),
        docs=inventory.docs(found),
        data=inventory.data(tree),
        generated=inventory.generated(found),
        tests=inventory.tests(found),
        owners=owners(tree),
    )
