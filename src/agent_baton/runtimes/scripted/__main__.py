"""A scripted agent as a program, for whatever starts real ones:

    python -m agent_baton.runtimes.scripted claude --script FILE [arguments of claude …]
    python -m agent_baton.runtimes.scripted acp --script FILE

Without --script it plays the file named by BATON_SCRIPT.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from agent_baton.errors import BatonError
from agent_baton.runtimes.scripted import acp_wire, claude_wire
from agent_baton.runtimes.scripted.script import Script, load


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m agent_baton.runtimes.scripted", description=__doc__)
    parser.add_argument("wire", choices=("claude", "acp"))
    parser.add_argument("--script", default=os.environ.get("BATON_SCRIPT", ""))
    ours = 3 if argv[1:2] == ["--script"] else 1  # all that follows is the vendor's
    options = parser.parse_args(argv[:ours])
    try:
        script = load(options.script) if options.script else Script()
    except BatonError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    served = claude_wire.serve(script, argv[ours:]) if options.wire == "claude" else acp_wire.serve(script)
    return asyncio.run(served)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
