"""Token files: documents as token ids in Megatron's `.bin/.idx` pair, memory-mapped for O(1) access.

The layout is that of `IndexedDataset` in Megatron-LM (megatron/core/datasets/indexed_dataset.py), so the files also
serve Megatron-LM, NeMo and GPT-NeoX. Every document is one sequence. Beside them, a shard has the documents' ids.
"""

import mmap
import struct
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emma.errors import ArtifactError
from emma.store.artifact import Artifact
from emma.store.files import join_inside
from emma.store.spill import BufferedFile, SpillWriter

MAGIC = b"MMIDIDX\x00\x00"
VERSION = 1
_HEADER = struct.Struct("<9sQBQQ")  # magic, version, type code, sequences, document boundaries
_TYPE_CODES: dict[int, type[np.integer]] = {
    1: np.uint8,
    2: np.int8,
    3: np.int16,
    4: np.int32,
    5: np.int64,
    8: np.uint16,
}
_FIRST_INT32_VOCABULARY = 65_500
"""Megatron stores vocabularies below this size as uint16, larger ones as int32."""

IDS = pa.schema([("id", pa.string())])
_MAPPED_FILES = 256
"""Files that stay mapped."""

Tokens = npt.NDArray[np.integer[Any]]


def bin_path(path: Path) -> Path:
    """The tokens of the token file at `path`, which has no suffix of its own (its name may hold dots)."""
    return path.with_name(f"{path.name}.bin")


def idx_path(path: Path) -> Path:
    """The index of the token file at `path`."""
    return path.with_name(f"{path.name}.idx")


def ids_path(path: Path) -> Path:
    """The ids of the documents of the token file at `path`: a shard with the column `id`, in the order of the index."""
    return path.with_name(f"{path.name}.ids.parquet")


def find_token_file(part: Artifact, name: str, *forms: Callable[[Path], Path]) -> Path:
    """The token file that a list of them calls `name`, brought here: `.bin` and `.idx`, or those of these `forms`.

    Raises ArtifactError where they are not in `part`.
    """
    path = join_inside(part.path, name, f"The list of token files of {part.path}", links=True)
    for form in forms or (bin_path, idx_path):
        part.file(form(path).relative_to(part.path).as_posix())
    return path


def token_type(vocabulary: int) -> type[np.uint16] | type[np.int32]:
    """The type that holds the ids of a vocabulary of this size."""
    return np.uint16 if vocabulary < _FIRST_INT32_VOCABULARY else np.int32


class TokenFileWriter:
    """Writes documents one after the other; use as a context manager. Index and ids are written on leaving.

    No file stays open between calls, since thousands of languages and domains may be written at once.
    """

    def __init__(self, path: Path, vocabulary: int) -> None:
        self.documents, self.tokens = 0, 0
        self._path, self._type = path, token_type(vocabulary)
        self._lengths: list[npt.NDArray[np.int32]] = []
        self._ids = SpillWriter(ids_path(path), IDS)
        # Closed between calls: thousands of files may be written at once.
        self._bin = BufferedFile(bin_path(path))

    def add(self, tokens: Sequence[int] | Tokens, id: str) -> None:
        """Add one document."""
        self.extend(np.asarray(tokens, self._type), np.array([len(tokens)], np.int32), pa.array([id]))

    def extend(self, tokens: Tokens, lengths: npt.NDArray[np.integer[Any]], ids: pa.Array) -> None:
        """Add documents: their tokens one after the other, how many each has, and their ids."""
        self._bin.add(tokens.astype(self._type, copy=False).tobytes())
        self._ids.add(pa.record_batch([ids], IDS))
        self._lengths.append(lengths.astype(np.int32))
        self.documents += len(lengths)
        self.tokens += len(tokens)

    def __enter__(self) -> "TokenFileWriter":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._bin.flush()
            lengths = np.concatenate([np.empty(0, np.int32), *self._lengths])
            idx_path(self._path).write_bytes(_index(lengths, self._type))
            self._ids.close()


def _index(sizes: npt.NDArray[np.int32], kind: type[np.integer]) -> bytes:
    code = next(code for code, known in _TYPE_CODES.items() if known is kind)
    # Megatron counts documents by their boundaries, one more than there are.
    head = _HEADER.pack(MAGIC, VERSION, code, len(sizes), len(sizes) + 1)
    pointers = (np.cumsum(sizes, dtype=np.int64) - sizes) * np.dtype(kind).itemsize
    return head + sizes.tobytes() + pointers.tobytes() + np.arange(len(sizes) + 1, dtype=np.int64).tobytes()


class TokenFile:
    """A `.bin/.idx` pair. `len` is its number of documents.

    Raises ArtifactError when either file is missing, damaged, or does not belong to the other.
    """

    def __init__(self, path: Path) -> None:
        try:
            with idx_path(path).open("rb") as stream:
                head = stream.read(_HEADER.size)
            index, data = idx_path(path).stat().st_size, bin_path(path).stat().st_size
        except FileNotFoundError as error:
            raise ArtifactError(f"{error.filename} is missing. Run pack again to rebuild it.") from None
        self._path = path
        self._type, self._documents = _read_head(path, head, index)
        self.size = data // np.dtype(self._type).itemsize
        """Tokens of all documents."""
        if data != self._end_bytes():
            raise _damaged(path, f"{bin_path(path).name} has {data} bytes, which is not what the index says")

    def __len__(self) -> int:
        return self._documents

    @property
    def tokens(self) -> Tokens:
        """All documents, one after the other (tokens,)."""
        return map_array(bin_path(self._path), self._type, self.size)

    @property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Tokens per document (documents,)."""
        return map_array(idx_path(self._path), np.int32, len(self), _HEADER.size)

    @property
    def pointers(self) -> npt.NDArray[np.int64]:
        """The byte at which each document starts (documents,)."""
        return map_array(idx_path(self._path), np.int64, len(self), _HEADER.size + 4 * len(self))

    def starts(self, documents: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The tokens at which these documents start."""
        return self.pointers[documents] // np.dtype(self._type).itemsize

    def document_at(self, place: int) -> int:
        """The document that holds the token at `place`."""
        # not np.searchsorted, which would copy the whole array: Megatron's layout leaves it unaligned
        return bisect_right(self.pointers, place * np.dtype(self._type).itemsize) - 1

    def document(self, number: int) -> Tokens:
        """The tokens of one document."""
        start = int(self.pointers[number]) // np.dtype(self._type).itemsize
        return self.tokens[start : start + int(self.lengths[number])]

    def _end_bytes(self) -> int:
        """The byte at which the last document ends."""
        if not len(self):
            return 0
        return int(self.pointers[-1]) + int(self.lengths[-1]) * np.dtype(self._type).itemsize


def read_lengths(path: Path) -> npt.NDArray[np.int32]:
    """Tokens per document from the `.idx` file at `path` alone (documents,)."""
    with path.open("rb") as stream:
        _, documents = _read_head(path.with_suffix(""), stream.read(_HEADER.size), path.stat().st_size)
        return np.fromfile(stream, np.int32, documents)


def map_array(path: Path, kind: type[np.integer[Any]], count: int, offset: int = 0) -> npt.NDArray[Any]:
    """`count` numbers of a file from byte `offset` on, memory-mapped.

    Files are mapped when they are used, and only the last _MAPPED_FILES of them stay so: each takes a file handle, and
    a mix has thousands of files.
    """
    if not count:  # an empty file cannot be mapped
        return np.empty(0, kind)
    facts = path.stat()
    return np.frombuffer(_map(path, facts.st_ino, facts.st_mtime_ns), kind, count, offset)


@lru_cache(maxsize=_MAPPED_FILES)
def _map(path: Path, inode: int, changed: int) -> mmap.mmap:  # noqa: ARG001 - they tell files of one name apart
    with path.open("rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def _read_head(path: Path, head: bytes, size: int) -> tuple[type[np.integer], int]:
    """Type of the tokens and number of documents, from the beginning of an index of `size` bytes."""
    if len(head) < _HEADER.size or not head.startswith(MAGIC):
        raise _damaged(path, "the index does not begin as Megatron's do")
    _, version, code, sequences, boundaries = _HEADER.unpack(head)
    if version != VERSION or code not in _TYPE_CODES:
        raise _damaged(path, f"the index has version {version} and type code {code}")
    if size != _HEADER.size + 12 * sequences + 8 * boundaries:
        raise _damaged(path, f"the index has {size} bytes, which is not what {sequences} documents take")
    return _TYPE_CODES[code], sequences


def _damaged(path: Path, what: str) -> ArtifactError:
    return ArtifactError(f"{idx_path(path)} cannot be read: {what}. Delete {path.parent} and run again.")
