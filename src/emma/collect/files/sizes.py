"""How much text there may be in files, before any is opened."""

from emma.collect.config import SourceConfig
from emma.collect.files.compression import compression_suffix
from emma.collect.files.inputs import Inputs, Listed

PACKED = (".zip", ".parquet", ".epub")
"""Ends of names of files that hold more than their size says, beside those of compressed ones."""
EXPANSION = 20
"""Times its size that a packed file is taken to hold: xz makes a fifth of prose, and markup packs better."""


def text_bytes(source: SourceConfig, found: Inputs) -> int:
    """Bytes of text that may come out of a source's files."""
    files = [each for group in found.files for each in group]
    return sum(each.bytes * (EXPANSION if is_packed(source, each) else 1) for each in files)


def is_packed(source: SourceConfig, file: Listed) -> bool:
    """Whether a file is compressed, or an archive, whose members may be."""
    return source.member is not None or bool(compression_suffix(file.name)) or file.name.lower().endswith(PACKED)
