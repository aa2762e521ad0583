"""Annotate: everything that later decisions need to know of a document's text, measured in one pass over it."""
