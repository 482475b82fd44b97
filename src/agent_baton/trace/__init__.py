"""Read-only views folded from the journal's events. Nothing here writes, and nothing is shown that no event says."""
