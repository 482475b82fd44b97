#!/bin/sh
# Install baton for this user: an environment of its own and a link on PATH. No root, nothing else is touched.
#   scripts/install.sh               show what will be done, ask, do it
#   scripts/install.sh --yes         without asking
#   scripts/install.sh --uninstall   take both away again; journals and settings of repositories stay
set -eu
root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd -P)
. "$root/scripts/env.sh"
home=${XDG_DATA_HOME:-$HOME/.local/share}/agent-baton
bin=$HOME/.local/bin
link=$bin/baton
unset PYTHONDONTWRITEBYTECODE

ours() { [ -L "$link" ] && [ "$(readlink "$link")" = "$home/env/bin/baton" ]; }

yes=no uninstall=no
for word in "$@"; do
    case $word in
        --yes | -y) yes=yes ;;
        --uninstall) uninstall=yes ;;
        *) say "usage: scripts/install.sh [--yes] [--uninstall]"; exit 2 ;;
    esac
done

confirm() {
    [ "$yes" = yes ] && return 0
    printf 'Go on? [y/N] ' >&2
    read -r reply || reply=n
    case $reply in y | Y | yes) return 0 ;; *) say "nothing was done"; exit 1 ;; esac
}

if [ "$uninstall" = yes ]; then
    say "- $home/env"
    ours && say "- $link"
    confirm
    ours && rm "$link"
    rm -rf "$home/env"
    rmdir "$home" 2>/dev/null || true
    say "baton is uninstalled"
    exit 0
fi

if [ -e "$link" ] || [ -L "$link" ]; then
    ours || { say "error: $link is there already and is not ours; move it away first"; exit 1; }
fi
say "+ $home/env    (Python environment, about 60 MB)"
say "+ $link -> $home/env/bin/baton"
confirm
mkdir -p "$home" "$bin"
make_env "$home/env"
install_into "$home/env" --upgrade pip
install_into "$home/env" "$root"
ln -sfn "$home/env/bin/baton" "$link"
say "installed: $("$link" --version)"
case ":$PATH:" in *":$bin:"*) ;; *) say "add $bin to PATH to call it as baton" ;; esac
