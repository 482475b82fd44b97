"""`python -m agent_baton` is `baton`."""

from agent_baton.cli.entry import main

main()
