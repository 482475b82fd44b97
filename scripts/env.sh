# Sourced by the scripts beside it: make a virtual environment with whatever python3 there is.

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    say "error: Python 3.10 or newer is needed and none was found on PATH"
    return 1
}

# make_env DIRECTORY: a fresh virtual environment with pip.
make_env() {
    python=$(find_python) || return 1
    clear_env "$1"
    "$python" -m venv "$1" >/dev/null 2>&1 && newer_pip "$1" && return 0
    # Debian splits venv off into a package of its own
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing python3-venv"
        apt-get update -qq >&2 && apt-get install -y -qq python3-venv >&2
    fi
    clear_env "$1"
    "$python" -m venv "$1" >&2 || {
        say "error: python3 cannot make virtual environments here; install python3-venv and try again"
        return 1
    }
    newer_pip "$1"
}

# clear_env ENV: away with an old one, except for what is large and does not depend on it.
clear_env() {
    [ ! -d "$1" ] || find "$1" -mindepth 1 -maxdepth 1 ! -name agents -exec rm -rf {} +
}

# newer_pip ENV: the commands that older ones write load a module that costs half as much as starting Python does.
newer_pip() {
    "$1/bin/python" -m pip install --disable-pip-version-check --quiet --upgrade "pip>=25" >/dev/null 2>&1 || true
}

# install_into ENV ARGS…: pip, quietly, with its complaints shown when it fails.
install_into() {
    target=$1
    shift
    log=$(mktemp)
    if ! "$target/bin/python" -m pip install --disable-pip-version-check --quiet "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# debian_package PROGRAM PACKAGE: have the program where that is possible; tests that need it say so and skip.
debian_package() {
    command -v "$1" >/dev/null 2>&1 && return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    say "installing $2"
    { apt-get update -qq && apt-get install -y -qq "$2"; } >/dev/null 2>&1 || say "could not install $2"
}

# older_claude ENV VERSION: an older pinned Claude Code CLI beside the one installed, out of that version of its package.
# Tests run with every version in ENV/claude-cli; without it they say so and go on.
older_claude() {
    place=$1/claude-cli/$2
    [ -x "$place/claude" ] && return 0
    wheels=$(mktemp -d)
    if "$1/bin/python" -m pip download --disable-pip-version-check --quiet --no-deps --only-binary :all: \
        --dest "$wheels" "claude-agent-sdk==$2" >/dev/null 2>&1 &&
        mkdir -p "$place" &&
        "$1/bin/python" - "$wheels" "$place" <<'PY'
import pathlib, sys, zipfile
wheel = next(pathlib.Path(sys.argv[1]).glob("*.whl"))
target = pathlib.Path(sys.argv[2], "claude")
with zipfile.ZipFile(wheel) as packed, target.open("wb") as out:
    out.write(packed.read("claude_agent_sdk/_bundled/claude"))
target.chmod(0o755)
PY
    then :; else
        rm -rf "$place"
        say "the older Claude Code CLI ($2) could not be had; tests run with one version"
    fi
    rm -rf "$wheels"
}

# real_agents ENV: coding agents that speak the Agent Client Protocol, pinned in tests/agents/kinds.py, a folder each.
# One that cannot be had leaves a failed.log there, which its tests show as the reason why they are skipped.
real_agents() {
    debian_package node nodejs
    debian_package npm npm
    "$1/bin/python" tests/agents/kinds.py | while read -r name packages; do
        place=$1/agents/$name
        [ "$(cat "$place/installed" 2>/dev/null)" != "$packages" ] || continue
        say "installing $packages (once)…"
        rm -rf "$place"
        mkdir -p "$place"
        # shellcheck disable=SC2086 # several packages are several words
        if npm install --prefix "$place" --no-fund --no-audit --loglevel=error $packages \
            </dev/null >"$place/failed.log" 2>&1; then
            rm "$place/failed.log"
            echo "$packages" >"$place/installed"
        else
            say "could not install $packages; tests of $name are skipped"
        fi
    done
}
