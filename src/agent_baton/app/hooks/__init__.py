"""What each hook of a Claude Code session does to the journal: the protocol holds whatever the model forgets.

On the path of tool calls: only the standard library's cheap parts, and one module per kind of hook.
"""
