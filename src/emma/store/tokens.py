"""Token files: documents as token ids in Megatron's `.bin/.idx` pair, memory-mapped for O(1) access.

The layout is that of `IndexedDataset` in Megatron-LM (megatron/core/datasets/indexed_dataset.py), so the files also
serve Megatron-LM, NeMo and GPT-NeoX. Every document is one sequence.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emma.errors import ArtifactError

MAGIC = b"MMIDIDX\x00\x00"
VERSION = 1
_FIXED = struct.Struct("<9sQBQQ")  # magic, version, type code, sequences, document boundaries
_TYPES: dict[int, type[np.integer]] = {1: np.uint8, 2: np.int8, 3: np.int16, 4: np.int32, 5: np.int64, 8: np.uint16}
_SMALL = 65_500
"""Megatron stores vocabularies below this size as uint16, larger ones as int32."""

Tokens = npt.NDArray[np.integer]


def bin_path(path: Path) -> Path:
    """The tokens of the pair at `path`, which has no suffix of its own (its name may hold dots)."""
    return path.with_name(f"{path.name}.bin")


def idx_path(path: Path) -> Path:
    """The index of the pair at `path`."""
    return path.with_name(f"{path.name}.idx")


def token_type(vocabulary: int) -> type[np.uint16] | type[np.int32]:
    """The type that holds the ids of a vocabulary of this size."""
    return np.uint16 if vocabulary < _SMALL else np.int32


class TokenFileWriter:
    """Writes documents one after the other; use as a context manager. The index is written on leaving."""

    def __init__(self, path: Path, vocabulary: int) -> None:
        self.lengths: list[int] = []
        self._path, self._type = path, token_type(vocabulary)
        self._stream = bin_path(path).open("wb")

    def add(self, tokens: Sequence[int] | Tokens) -> None:
        """Add one document."""
        self._stream.write(np.asarray(tokens, dtype=self._type).tobytes())
        self.lengths.append(len(tokens))

    def __enter__(self) -> "TokenFileWriter":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._stream.close()
        if error is None:
            idx_path(self._path).write_bytes(_index(self.lengths, self._type))


def _index(lengths: Sequence[int], kind: type[np.integer]) -> bytes:
    sizes = np.asarray(lengths, dtype=np.int32)
    code = next(code for code, each in _TYPES.items() if each is kind)
    head = _FIXED.pack(MAGIC, VERSION, code, len(sizes), len(sizes) + 1)
    pointers = _starts(sizes) * np.dtype(kind).itemsize
    return head + sizes.tobytes() + pointers.tobytes() + np.arange(len(sizes) + 1, dtype=np.int64).tobytes()


def _starts(lengths: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    return np.cumsum(lengths, dtype=np.int64) - lengths


class TokenFile:
    """A `.bin/.idx` pair, memory-mapped. `len` is its number of documents.

    Raises ArtifactError when either file is missing, damaged, or does not belong to the other.
    """

    def __init__(self, path: Path) -> None:
        try:
            index = idx_path(path).read_bytes()
            size = bin_path(path).stat().st_size
        except FileNotFoundError as error:
            raise ArtifactError(f"{error.filename} is missing. Run pack again to rebuild it.") from None
        kind, sequences = _read_head(path, index)
        self.lengths: npt.NDArray[np.int32] = np.frombuffer(index, np.int32, sequences, _FIXED.size)
        """Tokens per document, int32 (documents,)."""
        self.starts = _starts(self.lengths)
        """Where each document starts, in tokens, int64 (documents,)."""
        if size != int(self.lengths.sum(dtype=np.int64)) * np.dtype(kind).itemsize:
            raise _damaged(path, f"{bin_path(path).name} has {size} bytes, which is not what the index says")
        # numpy refuses to map an empty file
        self.tokens: Tokens = np.memmap(bin_path(path), dtype=kind, mode="r") if size else np.empty(0, kind)
        """All documents, one after the other (tokens,)."""

    def __len__(self) -> int:
        return len(self.lengths)

    def document(self, number: int) -> Tokens:
        """The tokens of one document."""
        start = self.starts[number]
        return self.tokens[start : start + self.lengths[number]]

    def window(self, start: int, length: int) -> Tokens:
        """`length` tokens from `start` on; the stream is cyclic, so it may be longer than the file."""
        if start + length <= len(self.tokens):
            return self.tokens[start : start + length]
        return self.tokens[np.arange(start, start + length) % len(self.tokens)]


def _read_head(path: Path, index: bytes) -> tuple[type[np.integer], int]:
    if len(index) < _FIXED.size or not index.startswith(MAGIC):
        raise _damaged(path, "the index does not begin as Megatron's do")
    _, version, code, sequences, boundaries = _FIXED.unpack_from(index)
    if version != VERSION or code not in _TYPES:
        raise _damaged(path, f"the index has version {version} and type code {code}")
    if len(index) != _FIXED.size + 12 * sequences + 8 * boundaries:
        raise _damaged(path, f"the index has {len(index)} bytes, which is not what {sequences} documents take")
    return _TYPES[code], sequences


def _damaged(path: Path, what: str) -> ArtifactError:
    return ArtifactError(f"{idx_path(path)} cannot be read: {what}. Delete {path.parent} and run again.")
