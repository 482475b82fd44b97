"""What Claude Code hands its hooks and takes back from them, as data. Nothing here reads the journal.

On the path of every tool call: only the standard library's cheap parts.
"""
