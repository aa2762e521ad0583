"""Collect: from source files in any format to documents with a language, and rejects with a reason."""
