"""Curate: give every document a split or a drop reason, from each language's own distribution."""
