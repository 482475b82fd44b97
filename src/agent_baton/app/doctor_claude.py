"""What `baton doctor` says of Claude Code and of what is installed for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_baton import __version__
from agent_baton.app.checks import Check
from agent_baton.app.install import installed, place_of, program_path
from agent_baton.app.site import Site
from agent_baton.claude.install import settings as parts
from agent_baton.claude.install.manifest import Manifest, sha256
from agent_baton.claude.install.parts import Wanted, is_our_status_line, programs
from agent_baton.claude.installed import (
    TESTED,
    Layer,
    enabled_plugins,
    find_claude,
    is_trusted,
    last_lines,
    setting,
    settings_layers,
    version_of,
)
from agent_baton.errors import BatonError

LOG = "hooks.log"


@dataclass(frozen=True)
class Scene:
    """What the checks look at."""

    site: Site
    top: Path
    env: Mapping[str, str]
    layers: list[Layer]
    project: Manifest | None
    user: Manifest | None
    plugins: list[str]

    @property
    def hooks(self) -> bool:
        """Whether anything calls hooks of ours here."""
        return bool(self.plugins) or any(one and one.hooks for one in (self.project, self.user))


def examine_claude(site: Site, env: Mapping[str, str]) -> list[Check]:
    """Every check about Claude Code in a repository, in the order one would mend them."""
    found = claude_code()
    try:
        scene = _look(site, env)
    except BatonError as error:
        return [found, Check("installed", "problem", error.message, "restore the file named there from git")]
    checks = [found, _installed(scene)]
    if scene.hooks or scene.project or scene.user:
        checks += [_program(scene), _hooks(scene), _status_line(scene), _base_ref(scene), _trust(scene)]
    return checks


def _look(site: Site, env: Mapping[str, str]) -> Scene:
    top = Path(site.checkout.top)
    layers = settings_layers(top, env)
    project = installed(place_of("project", str(top)))
    try:
        user = installed(place_of("user", str(top)))
    except BatonError:
        user = None  # Claude Code was never started here, or its list is not ours
    return Scene(site, top, env, layers, project, user, enabled_plugins(layers, "baton"))


def claude_code() -> Check:
    """Claude Code itself, and whether its version was tested."""
    name, tested = "claude code", f"tested with {', '.join(TESTED)}"
    found = find_claude()
    if found is None:
        mend = "install Claude Code to drive baton from a session; the terminal works without"
        return Check(name, "warning", "not on PATH", mend)
    if not found.version:
        return Check(name, "warning", f"{found.path} does not say its version", "try: claude --version")
    said = f"{found.version} at {found.path}"
    if found.newer_than_tested:
        mend = "should a hook misbehave, baton install --no-hooks drives by the printed protocol; report it"
        return Check(name, "warning", f"{said} is newer than any tested; {tested}", mend)
    if found.older_than_tested:
        return Check(name, "warning", f"{said} is older than any tested; {tested}", "claude update")
    return Check(name, "ok", f"{said}; {tested}")


def _installed(scene: Scene) -> Check:
    name, places = "installed", []
    for scope, manifest in (("project", scene.project), ("user", scene.user)):
        if manifest is not None:
            places.append(f"{scope} ({manifest.version}, {len(manifest.agents)} agents)")
    places += [f"plugin {plugin}" for plugin in scene.plugins]
    if not places:
        return Check(
            name, "ok", "nothing for Claude Code: sessions drive baton by the printed protocol alone"
        )
    said = ", ".join(places)
    if any(one and one.then for one in (scene.project, scene.user)):
        return Check(name, "problem", f"{said}: an installation was cut short", "baton install --yes")
    old = [one.version for one in (scene.project, scene.user) if one and one.version != __version__]
    if old:
        return Check(name, "warning", f"{said}; this is baton {__version__}", "baton upgrade [--scope user]")
    if len(places) > 1:
        said += f"; the hooks of the {places[0].partition(' ')[0]} decide, the others keep still"
    changed = _changed(scene)
    return Check(name, "ok", said + (f"; changed by you: {', '.join(changed)}" if changed else ""))


def _changed(scene: Scene) -> list[str]:
    place = place_of("project", str(scene.top))
    own = scene.project.own if scene.project else {}
    contents = ((path, place.root.read(path), one) for path, one in own.items())
    return [path for path, there, one in contents if there is None or sha256(there) != one.sha256]


def _program(scene: Scene) -> Check:
    """The `baton` that hooks by name would start."""
    found, own = shutil.which("baton", path=scene.env.get("PATH")), program_path()
    if found is None:
        mend = (
            f"put it there for Claude Code, too: ln -s {own} ~/.local/bin/baton, or pipx install agent-baton"
        )
        return Check("baton", "problem", "not on PATH; hooks and agents call it by name", mend)
    if os.path.realpath(found) == os.path.realpath(own):
        return Check("baton", "ok", f"{found} is this one, {__version__}")
    version = version_of(found)
    if version != __version__:
        mend = f"upgrade that one, or put {os.path.dirname(own)} before it on PATH"
        return Check(
            "baton",
            "warning",
            f"{found} is {version or 'of no version it tells'}, this is {__version__}",
            mend,
        )
    return Check("baton", "ok", f"{found}, {version}")


def _hooks(scene: Scene) -> Check:
    errors = last_lines(scene.site.file(LOG), 3)
    broken = [str(layer.path) for layer in scene.layers if layer.value is None]
    if broken:
        return Check(
            "hooks", "problem", f"{broken[0]} is not JSON; Claude Code ignores all of it", "mend the file"
        )
    if setting(scene.layers, "disableAllHooks") is True:
        return Check(
            "hooks", "warning", "disableAllHooks is set", "take it out, or drive by the printed protocol"
        )
    if not scene.hooks:
        return Check("hooks", "ok", "none, as chosen; sessions drive by the printed protocol")
    gone = [name for layer in scene.layers for name in programs(layer.value) if os.path.isabs(name)]
    gone = [name for name in gone if not os.access(name, os.X_OK)]
    if gone:
        return Check("hooks", "problem", f"they start {gone[0]}, which is gone", "baton upgrade --scope user")
    if scene.project and scene.project.hooks and not _as_wanted(scene):
        mend = "baton install shows what differs, and puts it right"
        return Check("hooks", "warning", ".claude/settings.json is not as this version writes it", mend)
    if errors:
        mend = f"whole log: {scene.site.file(LOG)}; remove it once seen"
        return Check("hooks", "warning", f"errors of ours, newest last: {' | '.join(errors)}", mend)
    return Check("hooks", "ok", "installed, of this version, no errors logged")


def _as_wanted(scene: Scene) -> bool:
    content = place_of("project", str(scene.top)).root.read(".claude/settings.json")
    return content is not None and parts.satisfied(content.decode("utf-8", "replace"), Wanted())


def _status_line(scene: Scene) -> Check:
    line = setting(scene.layers, "statusLine")
    if line is None:
        return Check("status line", "ok", "none; baton install adds `baton statusline`")
    if is_our_status_line(line):
        return Check("status line", "ok", "baton statusline")
    return Check("status line", "ok", "yours; call `baton statusline` from it to see the task there")


def _base_ref(scene: Scene) -> Check:
    value = setting(scene.layers, "worktree", "baseRef")
    if value == "head":
        return Check("worktrees", "ok", "begin at HEAD (worktree.baseRef)")
    said = f"worktree.baseRef is {value!r}" if value else "worktree.baseRef is not set"
    mend = 'put {"worktree": {"baseRef": "head"}} into .claude/settings.json'
    return Check("worktrees", "warning", f"{said}: Claude Code's own worktrees miss unpushed commits", mend)


def _trust(scene: Scene) -> Check:
    if is_trusted(scene.top, scene.env) is not False:
        return Check("trust", "ok", "nothing against it is on record")
    return Check(
        "trust",
        "warning",
        f"{scene.top} is not trusted: Claude Code ignores its permission rules and hooks in agent files",
        "run claude here once and accept the dialog",
    )
