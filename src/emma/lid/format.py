"""fastText's model files (.bin, .ftz), read and written.

Matrices are mapped from the file, not copied, so that all processes of a machine share one copy of a model of
gigabytes, and every length is checked against the file's: a half-downloaded model is an error with a name.
"""

import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emma.errors import SourceError

MAGIC, VERSION = 793712314, 12
SUPERVISED = 3
HIERARCHICAL, NEGATIVE_SAMPLING, SOFTMAX, ONE_VS_ALL = 1, 2, 3, 4
_ARGUMENTS = struct.Struct("<12id")
_DICTIONARY = struct.Struct("<3i2q")
# Product quantisation writes one byte for each part of a vector.
_CENTROIDS = 256
_LABEL = 1

Matrices = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class ModelFile:
    """The contents of a model file."""

    dimension: int
    loss: int
    buckets: int
    shortest: int
    longest: int
    word_grams: int
    text: NDArray[np.uint8]
    """The bytes of all entries, words first."""
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    counts: NDArray[np.int64]
    """Occurrences of each entry in training."""
    words: int
    pruned: NDArray[np.int32]
    """The place of each bucket's vector, -1 where it was left out; empty if all are there."""
    vectors: NDArray[np.float32]
    """(words + buckets, dimension)"""
    outputs: NDArray[np.float32]
    """(labels, dimension)"""

    @property
    def labels(self) -> list[str]:
        """The labels as they stand in the file, without the prefix `__label__`."""
        spans = zip(self.starts[self.words :], self.stops[self.words :], strict=True)
        return [
            bytes(self.text[start:stop]).decode("utf-8", "replace").removeprefix("__label__") for start, stop in spans
        ]


def read_model_file(path: Path) -> ModelFile:
    """Read a classifier. Raises SourceError when the file is missing, damaged, or something else."""
    try:
        with path.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        return _read_parts(_ByteReader(data), path)
    except FileNotFoundError:
        raise SourceError(f"There is no language-identification model at {path}.") from None
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise SourceError(
            f"{path} is no whole fastText classifier ({error}). Most likely its download was cut: fetch it again."
        ) from None


class _ByteReader:
    """Reads a file from front to back; running past its end is a ValueError or a struct.error."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def flag(self) -> bool:
        return bool(self.array("<u1", 1)[0])

    def array(self, kind: str, count: int) -> np.ndarray:
        if count < 0:
            raise ValueError("a length below zero")
        if not count:
            return np.empty(0, kind)
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values


def _read_parts(file: _ByteReader, path: Path) -> ModelFile:
    magic, version = file.unpack(struct.Struct("<2i"))
    if magic != MAGIC or version > VERSION:
        raise ValueError("it does not begin like one")
    dimension, _, _, _, _, word_grams, loss, model, buckets, shortest, longest, _, _ = file.unpack(_ARGUMENTS)
    if model != SUPERVISED:
        raise SourceError(f"{path} holds fastText word vectors, not a classifier; it cannot identify languages.")
    if version < VERSION:
        longest = 0  # classifiers had no character n-grams before
    size, words, labels, _, prunings = file.unpack(_DICTIONARY)
    if labels < 1 or words < 0 or size != words + labels:
        raise ValueError("its dictionary has no labels")
    text, starts, stops, counts = _read_entries(file, size)
    pruned = _read_pruning(file, prunings, buckets)
    quantised = file.flag()
    vectors = _read_quantised(file) if quantised else _read_matrix(file)
    # The file says of the outputs by themselves whether they are quantised, where the vectors are.
    outputs = _read_quantised(file) if file.flag() and quantised else _read_matrix(file)
    # Buckets have vectors where there are n-grams of characters or of words; pruned files keep the numbered ones alone.
    hashed = pruned.max(initial=-1) + 1 if len(pruned) else buckets * (longest > 0 or word_grams > 1)
    if outputs.shape != (labels, dimension) or vectors.shape[1] != dimension or len(vectors) < words + hashed:
        raise ValueError(f"its matrices have the shapes {vectors.shape} and {outputs.shape}")
    return ModelFile(
        dimension, loss, buckets, shortest, longest, word_grams,
        text, starts, stops, counts, words, pruned, vectors, outputs,
    )  # fmt: skip


def _read_entries(file: _ByteReader, size: int) -> tuple[np.ndarray, ...]:
    from emma.kernels.subwords import entries

    text = np.frombuffer(file.data, np.uint8)
    starts, stops = np.empty(size, np.int64), np.empty(size, np.int64)
    end = entries(text, file.at, starts, stops)
    if end < 0:
        raise ValueError("its dictionary does not end")
    counts = np.array([struct.unpack_from("<q", file.data, stop + 1)[0] for stop in stops.tolist()], np.int64)
    file.at = end
    return text, starts, stops, counts


def _read_pruning(file: _ByteReader, prunings: int, buckets: int) -> NDArray[np.int32]:
    """Pairs of bucket and place as an array over buckets; -1 pairs mean that nothing was pruned."""
    if prunings < 0:
        return np.empty(0, np.int32)
    pairs = file.array("<i4", 2 * prunings).reshape(prunings, 2)
    places = np.full(buckets, -1, np.int32)
    places[pairs[:, 0]] = pairs[:, 1]
    return places


def _read_matrix(file: _ByteReader) -> NDArray[np.float32]:
    rows, columns = file.unpack(struct.Struct("<2q"))
    return file.array("<f4", rows * columns).reshape(rows, columns)


def _read_quantised(file: _ByteReader) -> NDArray[np.float32]:
    """A product-quantised matrix (Jegou et al., 2011) as the plain one it stands for."""
    normed = file.flag()
    rows, columns, codes = file.unpack(struct.Struct("<2qi"))
    parts = file.array("<u1", codes).reshape(rows, -1)
    values = _decode(parts, *_read_centroids(file))
    if normed:
        norms = file.array("<u1", rows).reshape(rows, 1)
        values *= _decode(norms, *_read_centroids(file))
    return values[:, :columns]


def _read_centroids(file: _ByteReader) -> tuple[NDArray[np.float32], int, int]:
    """Centroids, how many columns each but the last stands for, and how many the last."""
    columns, _, width, last = file.unpack(struct.Struct("<4i"))
    return file.array("<f4", columns * _CENTROIDS), width, last


def _decode(codes: np.ndarray, centroids: NDArray[np.float32], width: int, last: int) -> NDArray[np.float32]:
    blocks = []
    for part in range(codes.shape[1]):
        columns = last if part == codes.shape[1] - 1 else width
        table = centroids[part * _CENTROIDS * width :][: _CENTROIDS * columns].reshape(_CENTROIDS, columns)
        blocks.append(table[codes[:, part]])
    return np.concatenate(blocks, axis=1)


def write_model_file(
    path: Path, labels: Sequence[tuple[str, int]], grams: tuple[int, int, int], matrices: Matrices
) -> None:
    """Write a softmax classifier without words as fastText does.

    `labels` are names and how many texts each was trained on, `grams` the shortest and longest character n-grams and
    the number of buckets, `matrices` the vectors (buckets, dimension) and outputs (labels, dimension).
    """
    shortest, longest, buckets = grams
    vectors, outputs = matrices
    with path.open("wb") as file:
        file.write(struct.pack("<2i", MAGIC, VERSION))
        # Settings in fastText's order (args.cc): dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn,
        # maxn, lrUpdateRate, t. Those that only training reads are its defaults.
        arguments = (vectors.shape[1], 5, 1, 1, 5, 1, SOFTMAX, SUPERVISED, buckets, shortest, longest, 100, 1e-4)
        file.write(_ARGUMENTS.pack(*arguments))
        file.write(_DICTIONARY.pack(len(labels), 0, len(labels), sum(count for _, count in labels), -1))
        for name, count in labels:
            file.write(f"__label__{name}".encode() + b"\0" + struct.pack("<qb", count, _LABEL))
        for matrix in (vectors, outputs):
            file.write(b"\0" + struct.pack("<2q", *matrix.shape) + matrix.astype("<f4").tobytes())
