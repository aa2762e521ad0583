"""Readers: what reads each format, and what a package that adds one needs (docs/new-format.md)."""

from emma.collect.readers.reader import Option, Reader, always, reader
from emma.collect.readers.registry import find_reader, list_readers, load_reader, reader_package

__all__ = ["Option", "Reader", "always", "find_reader", "list_readers", "load_reader", "reader", "reader_package"]
