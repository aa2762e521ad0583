"""Parquet, and data sets of the Hugging Face world, saved or on the hub."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.collect.config import SourceConfig
from emma.collect.documents import UniqueRows
from emma.collect.files.datasets import list_hub_shards, list_saved_files, read_hub_rows
from emma.collect.files.opening import open_range
from emma.collect.files.ranges import FileRange, RangePart
from emma.collect.files.streams import InputFile
from emma.collect.readers.registry import find_reader
from emma.collect.records import RawDocument, Reject
from emma.errors import SourceError
from tests.collect.given import kinds, opened, read, units
from tests.conftest import TEXTS


def table(**extra: list[Any]) -> pa.Table:
    return pa.table({"text": list(TEXTS.values()), "lang": list(TEXTS), **extra})


def as_parquet(content: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(content, out, row_group_size=3)
    return out.getvalue()


def test_parquet_of_every_script() -> None:
    found = read("parquet", as_parquet(table(more=[{"deep": "x"}] * len(TEXTS))))
    assert units(found) == [*TEXTS.items()]
    assert [each.row for each in found] == list(range(1, len(TEXTS) + 1))
    deep = read("parquet", as_parquet(table(more=[{"deep": "x"}] * len(TEXTS))), fields={"text": "more.deep"})
    assert {text for _, text in units(deep)} == {"x"}


def test_parquet_that_cannot_go_back(tmp_path: Path) -> None:
    import tarfile

    content = as_parquet(table())
    with tarfile.open("a.tar", "w") as tar:
        info = tarfile.TarInfo("x.parquet")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    assert units(opened("parquet", {"a.tar": Path("a.tar").read_bytes()}, member="*.parquet")) == [*TEXTS.items()]


def test_parquet_that_is_broken() -> None:
    content = as_parquet(table())
    assert kinds(read("parquet", content[:-9])) == ["broken file"]
    middle = bytearray(as_parquet(pa.table({"text": ["abcdefgh" * 9] * 9, "lang": ["sw"] * 9})))
    middle[4:200] = b"\xff" * 196
    assert kinds(read("parquet", bytes(middle)))[-1:] == ["broken file"]


def variable(number: int) -> bytes:
    """A positive number as Thrift's compact protocol writes it."""
    number *= 2
    low = [number >> 7 * at & 0x7F for at in range(-(-number.bit_length() // 7))]
    return bytes([*(each | 0x80 for each in low[:-1]), low[-1]])


@pytest.mark.parametrize("claimed", [12_346, 1 << 36, 1 << 62])
def test_parquet_metadata_may_give_any_number_of_rows(claimed: int) -> None:
    """Memory and counts are those of the rows that there are."""
    written = io.BytesIO()
    rows = pa.table({"text": [f"ጤና {row}" for row in range(12_355)], "lang": ["am"] * 12_355})
    with pq.ParquetWriter(written, rows.schema) as writer:
        writer.write_table(rows.slice(0, 12_345))
        writer.write_table(rows.slice(12_345))
    content = written.getvalue()
    size = int.from_bytes(content[-8:-4], "little")
    before, first, after = content[-8 - size : -8].rpartition(variable(12_345))  # the number of the first group
    footer = before + variable(claimed) + after
    found = list(
        UniqueRows(read("parquet", content[: -8 - size] + footer + len(footer).to_bytes(4, "little") + b"PAR1"))
    )
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert first and len(units(found)) == 12_355
    assert bad.row == 12_346 and 1 <= bad.units <= 9 * len(content)


def test_parquet_text_that_is_not_utf8_costs_its_row() -> None:
    column = pa.array([b"a", b"\xff", b"c"], pa.binary()).cast(pa.string(), safe=False)
    found = read("parquet", as_parquet(pa.table({"text": column, "lang": ["sw"] * 3})))
    assert kinds(found) == ["invalid UTF-8"] and units(found) == [("sw", "a"), ("sw", "c")]


def test_parquet_nulls_and_missing_columns() -> None:
    found = read("parquet", as_parquet(pa.table({"text": ["a", None], "lang": ["sw", "sw"]})))
    assert kinds(found) == ["missing field"] and units(found) == [("sw", "a")]
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert json.loads(bad.raw) == {"text": None, "lang": "sw"}
    assert kinds(read("parquet", as_parquet(pa.table({"body": ["a"]})))) == ["missing column"]


def test_a_folder_that_datasets_saved(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    pairs = [{"en": "dog", "sw": "mbwa"}, {"en": "cat", "sw": "paka"}, {"en": "cow", "sw": "ng'ombe"}]
    split = datasets.Dataset.from_dict({"translation": pairs})
    datasets.DatasetDict({"train": split}).save_to_disk(tmp_path / "saved", num_shards={"train": 2})
    (tmp_path / "saved/train/cache-1.arrow").write_bytes(b"what `map` leaves behind")
    source = SourceConfig(name="s", reader="huggingface", path="saved", licence="x")
    files = list_saved_files(tmp_path / "saved", source)
    assert [file.name for file in files] == ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"]
    fields = {"text": "translation.en", "text2": "translation.sw"}
    found = [each for file in files for each in opened("huggingface", {str(file): file.read_bytes()}, fields=fields)]
    assert [(each.text, each.text2) for each in found if isinstance(each, RawDocument)] == [
        *map(tuple, map(dict.values, pairs))
    ]
    assert kinds(opened("huggingface", {"x.arrow": b"nonsense"})) == ["broken file"]


@pytest.fixture
def on_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The hub's stand-in: the library itself, sent to a folder instead of the network."""
    datasets = pytest.importorskip("datasets")
    (tmp_path / "repo").mkdir()
    for shard in range(2):
        lines = [json.dumps({"text": f"{shard}-{row}", "lang": "sw"}) for row in range(3)]
        (tmp_path / "repo" / f"train-{shard}.jsonl").write_text("\n".join(lines))
    load, asked = datasets.load_dataset, []

    def here(name: str, config: str | None, **arguments: Any) -> Any:
        asked.append((name, arguments.pop("revision")))
        if name != "owner/name":
            raise FileNotFoundError(name)
        return load(str(tmp_path / "repo"), config, **arguments)

    monkeypatch.setattr(datasets, "load_dataset", here)
    return lambda: asked


HUB_SOURCE = SourceConfig(name="s", reader="huggingface", path="f", licence="CC0-1.0")


def test_a_data_set_of_the_hub(on_hub: Callable[..., Any]) -> None:
    commit = "0123456789" * 4
    shards = list_hub_shards(HUB_SOURCE, f"hub:owner/name@{commit}")
    assert [each.name for each in shards] == [f"owner/name@{commit}/train/0000{shard}" for shard in range(2)]
    assert len({each.mark for each in shards}) == 2
    for shard, each in enumerate(shards):
        piece = FileRange(parts=(RangePart(name=each.name, mark=each.mark, location=each.location),))
        (file,) = open_range(piece, HUB_SOURCE, 1000)
        assert isinstance(file, InputFile)
        rows = units(list(find_reader(HUB_SOURCE).read(file, HUB_SOURCE)))
        assert rows == [("sw", f"{shard}-{row}") for row in range(3)]
    assert {revision for _, revision in on_hub()} == {commit}


@pytest.mark.parametrize(
    ("path", "why"),
    [("hub:owner/name", "best with a commit"), (f"hub:no/such@{'0' * 40}", "could not be listed.*token")],
)
def test_a_data_set_that_the_hub_does_not_have(on_hub: Callable[..., Any], path: str, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        list_hub_shards(HUB_SOURCE, path)


def test_a_hub_that_fails_on_the_way_stops_the_run(on_hub: Callable[..., Any], tmp_path: Path) -> None:
    shard, *_ = list_hub_shards(HUB_SOURCE, f"hub:owner/name@{'1' * 40}")
    (tmp_path / "repo/train-0.jsonl").write_text("{")
    with pytest.raises(SourceError, match=r"owner/name.*shard 0"):
        list(read_hub_rows(shard.location))
