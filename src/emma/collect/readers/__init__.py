"""Readers: what reads each format, and what a package that adds one needs (docs/new-format.md)."""

from emma.collect.readers.registry import Reader, always, find_reader, list_readers, reader, reader_package

__all__ = ["Reader", "always", "find_reader", "list_readers", "reader", "reader_package"]
