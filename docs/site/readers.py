"""The readers of formats, and the options of each."""

from collections.abc import Iterator

from docs.site.markdown import code, plain
from emma.collect.config import SourceConfig
from emma.collect.readers.registry import BUILT_IN, find_reader

ABOUT = """# Readers

What a source names after `reader =`. How one is written: [Read a new format](../new-format.md).
"""


def describe_readers() -> Iterator[str]:
    """The page."""
    yield ABOUT
    for name in sorted(BUILT_IN):
        reader = find_reader(SourceConfig(name="shown", reader=name, path="*", licence="CC0-1.0"))
        yield f"## {name}\n"
        yield plain(reader.read.__doc__ or "") + "\n"
        options = ", ".join(map(code, reader.options))
        yield f"Options: {options}.\n" if options else "It has no options.\n"
