"""A box around an agent's process: what it may write, what it cannot see, whether it has a network.

Bubblewrap (`bwrap`) makes it from mount and process namespaces. Everything is there to read, nothing to write,
except what is named; secrets are covered. When the box's first process ends, everything in it ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

PROGRAM = "bwrap"
TRIAL_LIMIT_S = 10

# Below the home directory: what other programs keep there to prove who the user is.
SECRETS = (
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".oci", ".vault-token", ".netrc", ".git-credentials",
    ".npmrc", ".yarnrc.yml", ".pypirc", ".gem/credentials", ".cargo/credentials", ".cargo/credentials.toml",
    ".config/agent-baton", ".config/gh", ".config/glab-cli", ".config/gcloud", ".config/git/credentials",
    ".config/op", ".config/sops", ".config/hub", ".config/rclone", ".config/doctl", ".config/heroku",
    ".config/google-chrome", ".config/chromium", ".config/BraveSoftware", ".mozilla", ".thunderbird",
    ".password-store", ".local/share/keyrings", ".terraform.d/credentials.tfrc.json", ".m2/settings.xml",
    ".gradle/gradle.properties", ".nuget/NuGet/NuGet.Config", ".composer/auth.json", ".config/composer/auth.json",
    ".bash_history", ".zsh_history", ".psql_history", ".python_history", ".pgpass", ".my.cnf",
)  # fmt: skip
# Below the home directory: what package managers keep to be fast.
CACHES = (
    ".cache", ".npm", ".cargo/registry", ".cargo/git", "go/pkg", ".m2/repository", ".gradle/caches",
    ".nuget/packages", ".composer/cache", ".bundle/cache", ".pub-cache", ".hex/packages", ".stack", ".deno",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """Absolute paths, of which some may not exist. Later kinds win over earlier ones where they overlap."""

    writable: tuple[str, ...]
    guarded: tuple[str, ...] = ()  # inside the writable ones, and still read-only
    hidden: tuple[str, ...] = ()  # empty to whoever looks
    network: bool = True


def home_secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    home = env.get("HOME") or os.path.expanduser("~")
    return tuple(os.path.join(home, name) for name in SECRETS)


def home_caches(env: Mapping[str, str]) -> tuple[str, ...]:
    home = env.get("HOME") or os.path.expanduser("~")
    return tuple(os.path.join(home, name) for name in CACHES)


def boxed(argv: Sequence[str], box: Box, cwd: str) -> list[str]:
    """The command line that runs `argv` in the box. Paths that are not there are left out."""
    own = [
        PROGRAM,
        "--die-with-parent",
        "--new-session",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        *_namespaces(),
    ]
    own += ["--tmpfs", "/tmp"] if not _inside(cwd, "/tmp") else []
    own += [word for path in _there(box.writable) for word in ("--bind", path, path)]
    own += [word for path in _there(box.guarded) for word in ("--ro-bind", path, path)]
    own += [word for path in _there(box.hidden) for word in _covered(path)]
    own += [] if box.network else ["--unshare-net"]
    return [*own, "--chdir", cwd, "--", *argv]


def _there(paths: Iterable[str]) -> list[str]:
    """Outer before inner, so that a mount never covers one made before it."""
    return sorted({os.path.realpath(path) for path in paths if os.path.exists(path)})


def _covered(path: str) -> tuple[str, ...]:
    return ("--tmpfs", path) if os.path.isdir(path) else ("--ro-bind", "/dev/null", path)


def _inside(path: str, folder: str) -> bool:
    return os.path.realpath(path).startswith(folder + os.sep)


def missing() -> str:
    """Why no box can be had here; empty when one can. Tried once, for real."""
    return _trial()[1]


def _namespaces() -> tuple[str, ...]:
    return _trial()[0]


# In a container /proc may not be mounted anew; without that a box cannot have processes of its own.
_WAYS = (("--unshare-pid", "--proc", "/proc"), ())


@cache
def _trial() -> tuple[tuple[str, ...], str]:
    if shutil.which(PROGRAM) is None:
        return (), f"{PROGRAM} is not installed (Debian, Fedora and others: package bubblewrap)"
    said = ""
    for way in _WAYS:
        argv = [PROGRAM, "--ro-bind", "/", "/", "--dev", "/dev", *way, "true"]
        try:
            ran = subprocess.run(argv, capture_output=True, timeout=TRIAL_LIMIT_S, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            return (), f"{PROGRAM} does not run: {error}"
        if ran.returncode == 0:
            return way, ""
        said = ran.stderr.decode(errors="replace").strip()
    return (), f"{PROGRAM} may not make a box here: {said}"
