"""Token files against a reader written from the format: header, lengths, byte pointers, document boundaries."""

import resource
import struct
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from emma.errors import ArtifactError
from emma.store import shards
from emma.tokens.files import TokenFile, TokenFileWriter, bin_path, ids_path, idx_path, read_lengths

DOCUMENTS = [[1, 5, 9, 2], [1, 2], [7] * 300]


def write(path: Path, documents=DOCUMENTS, vocabulary: int = 1000) -> TokenFile:
    with TokenFileWriter(path, vocabulary) as writer:
        for number, each in enumerate(documents):
            writer.add(each, f"id {number}")
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


@pytest.mark.slow
@pytest.mark.parametrize("vocabulary", [65_499, 260_000])
def test_megatron_reads_the_documents(vocabulary: int, tmp_path: Path) -> None:
    pytest.importorskip("megatron.core", reason="megatron-core is not installed")
    from megatron.core.datasets.indexed_dataset import IndexedDataset

    documents = [*DOCUMENTS, [vocabulary - 1]]
    write(tmp_path / "aaa_Latn.web.train", documents, vocabulary)
    read = IndexedDataset(str(tmp_path / "aaa_Latn.web.train"))
    assert [each.tolist() for each in read] == documents
    assert read.document_indices.tolist() == [0, 1, 2, 3, 4]
    assert read.get(2, offset=100, length=50).tolist() == [7] * 50


def test_names_with_dots_keep_their_parts(tmp_path: Path) -> None:
    write(tmp_path / "aaa_Latn.web.train")
    names = sorted(each.name for each in tmp_path.iterdir())
    assert names == [f"aaa_Latn.web.train.{each}" for each in ("bin", "ids.parquet", "idx")]


def test_where_documents_are(tmp_path: Path) -> None:
    file = write(tmp_path / "a", [[0, 1, 2], [], [3, 4]])
    assert (file.starts(np.arange(3)).tolist(), file.lengths.tolist()) == ([0, 3, 3], [3, 0, 2])
    assert [file.document_at(place) for place in range(5)] == [0, 0, 0, 2, 2]
    assert read_lengths(idx_path(tmp_path / "a")).tolist() == [3, 0, 2]


def test_ids_stand_beside_the_tokens(tmp_path: Path) -> None:
    write(tmp_path / "a")
    assert shards.read(ids_path(tmp_path / "a")).to_pydict() == {"id": ["id 0", "id 1", "id 2"]}


def test_many_at_a_time_is_one_by_one(tmp_path: Path) -> None:
    write(tmp_path / "a")
    with TokenFileWriter(tmp_path / "b", 1000) as writer:
        for first, last in ((0, 2), (2, 2), (2, 3)):
            some = DOCUMENTS[first:last]
            flat, lengths = np.array([*chain(*some)]), np.array([len(each) for each in some], np.int32)
            writer.extend(flat, lengths, pa.array([f"id {number}" for number in range(first, last)], pa.string()))
    assert (writer.documents, writer.tokens) == (3, 306)
    for path in (bin_path, idx_path, ids_path):
        assert path(tmp_path / "a").read_bytes() == path(tmp_path / "b").read_bytes()


def test_more_files_than_a_process_may_have_open(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/proc/self/fd").iterdir())) + 40, hard))
    try:
        with ExitStack() as stack:
            writers = [stack.enter_context(TokenFileWriter(tmp_path / str(n), 1000)) for n in range(60)]
            for number, writer in enumerate(writers):
                writer.add([number], str(number))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        files = [TokenFile(tmp_path / str(number)) for number in range(60)]
        assert [file.tokens.tolist() + file.lengths.tolist() for file in files] == [[n, 1] for n in range(60)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_file_written_anew_is_read_anew(tmp_path: Path) -> None:
    for documents in ([[1, 2, 3]], [[4, 5, 6]]):
        assert write(tmp_path / "a", documents).document(0).tolist() == documents[0]


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
