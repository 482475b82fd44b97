#!/bin/sh
# A hook of the plugin: the event's name is $1, its call is on standard input. Never fails the session.
# Where `baton install` put hooks of its own, those do the work and these keep still.
[ -e "${CLAUDE_PROJECT_DIR:-.}/.claude/baton.installed.json" ] && exit 0
[ -e "${CLAUDE_CONFIG_DIR:-$HOME/.claude}/baton.installed.json" ] && exit 0
command -v baton >/dev/null 2>&1 && exec baton hook "$1"
[ "$1" = SessionStart ] && echo "The baton plugin does nothing yet: the baton command is not on PATH (pipx install agent-baton)."
exit 0
