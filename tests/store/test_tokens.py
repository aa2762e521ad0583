"""Token files against a reader written from the format: header, lengths, byte pointers, document boundaries."""

import struct
from pathlib import Path

import numpy as np
import pytest

from emma.errors import ArtifactError
from emma.store.tokens import TokenFile, TokenFileWriter, bin_path, idx_path

DOCUMENTS = [[1, 5, 9, 2], [1, 2], [7] * 300]


def write(path: Path, documents=DOCUMENTS, vocabulary: int = 1000) -> TokenFile:
    with TokenFileWriter(path, vocabulary) as writer:
        for each in documents:
            writer.add(each)
    return TokenFile(path)


def read_by_the_format(path: Path) -> list[list[int]]:
    index = idx_path(path).read_bytes()
    assert index[:9] == b"MMIDIDX\x00\x00"
    version, code, count, boundaries = struct.unpack("<QBQQ", index[9:34])
    assert (version, boundaries) == (1, count + 1)
    letter, size = {8: ("H", 2), 4: ("i", 4)}[code]
    lengths = struct.unpack(f"<{count}i", index[34 : 34 + 4 * count])
    pointers = struct.unpack(f"<{count}q", index[34 + 4 * count : 34 + 12 * count])
    assert struct.unpack(f"<{boundaries}q", index[34 + 12 * count :]) == tuple(range(count + 1))
    data = bin_path(path).read_bytes()
    return [list(struct.unpack_from(f"<{n}{letter}", data, at)) for n, at in zip(lengths, pointers, strict=True)] + (
        [] if len(data) == size * sum(lengths) else [[-1]]
    )


@pytest.mark.parametrize("vocabulary", [100, 65_499, 65_500, 260_000])
def test_an_independent_reader_finds_the_documents(vocabulary: int, tmp_path: Path) -> None:
    documents = [*DOCUMENTS, [vocabulary - 1], []]
    file = write(tmp_path / "aaa_Latn.web.train", documents, vocabulary)
    assert read_by_the_format(tmp_path / "aaa_Latn.web.train") == documents
    assert [file.document(number).tolist() for number in range(len(file))] == documents
    assert file.tokens.dtype == (np.uint16 if vocabulary < 65_500 else np.int32)


def test_names_with_dots_keep_their_parts(tmp_path: Path) -> None:
    write(tmp_path / "aaa_Latn.web.train")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["aaa_Latn.web.train.bin", "aaa_Latn.web.train.idx"]


def test_windows_go_round(tmp_path: Path) -> None:
    file = write(tmp_path / "a", [[0, 1, 2], [3, 4]])
    assert file.window(1, 3).tolist() == [1, 2, 3]
    assert file.window(3, 12).tolist() == [3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]
    assert (file.starts.tolist(), file.lengths.tolist()) == ([0, 3], [3, 2])


def test_empty(tmp_path: Path) -> None:
    file = write(tmp_path / "a", [])
    assert (len(file), len(file.tokens)) == (0, 0)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda p: idx_path(p).unlink(), "missing"),
        (lambda p: bin_path(p).unlink(), "missing"),
        (lambda p: idx_path(p).write_bytes(b"PK" + idx_path(p).read_bytes()[2:]), "does not begin"),
        (lambda p: idx_path(p).write_bytes(b"MMIDIDX\x00\x00\x02" + idx_path(p).read_bytes()[10:]), "version 2"),
        (lambda p: idx_path(p).write_bytes(idx_path(p).read_bytes()[:-3]), "documents take"),
        (lambda p: bin_path(p).write_bytes(bin_path(p).read_bytes()[:-2]), "not what the index says"),
    ],
)
def test_damage_is_named(damage, message: str, tmp_path: Path) -> None:
    write(tmp_path / "a")
    damage(tmp_path / "a")
    with pytest.raises(ArtifactError, match=message):
        TokenFile(tmp_path / "a")
