"""The guard against sources that were hardly read: what it counts, what it says, and that raising it reads nothing."""

import contextlib
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emma.collect import readers
from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.losses import find_losses, guard_losses
from emma.collect.records import EMPTY_TEXT, WITHOUT_TEXT, Reject
from emma.collect.sink import DocumentSink
from emma.errors import SourceError
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.schemas import REJECTS
from emma.store import shards
from emma.store.losses import format_percent
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.task import address_value
from tests.collect.files.test_archives import tar_of
from tests.conftest import TEXTS

GOOD = [json.dumps({"text": text, "lang": label}, ensure_ascii=False) for label, text in TEXTS.items()]
BROKEN, REFUSED, EMPTY = '{"text": "क्\u200dष', '{"text": "x", "lang": "qaa"}', '{"text": " ", "lang": "sw"}'


class Bench:
    """A recipe with sources of JSON lines, and its home."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.text = folder, Home(folder / "home"), f'name = "lossy"\ndata = "{folder}"\n'

    def add(self, name: str, lines: list[str], more: str = "", kind: str = "sources") -> "Bench":
        (self.folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        fixed = 'reader = "jsonl"\nlicence = "CC0-1.0"'
        self.text += f'[[collect.{kind}]]\nname = "{name}"\npath = "{name}.jsonl"\n{fixed}\n{more}\n'
        return self

    def archive(self, name: str) -> "Bench":
        """A source whose file, a tar archive, is there already."""
        self.add(name, [], 'member = "*"')
        self.text = self.text.replace(f"{name}.jsonl", f"{name}.tar")
        return self

    def run(self, *changes: str, strict: bool = False) -> None:
        path = self.folder / "recipe.toml"
        path.write_text(self.text, encoding="utf-8")
        with self.home.locked(), Local(1) as executor:
            reporter = Reporter(quiet=True)
            recipe = Recipe.read(path, changes)
            run_stages(recipe, "collect", home=self.home, executor=executor, reporter=reporter, strict=strict)

    def stops(self, *changes: str, strict: bool = False) -> str:
        with pytest.raises(SourceError) as caught:
            self.run(*changes, strict=strict)
        return str(caught.value)

    def stored(self) -> set[Path]:
        return set((self.home.store / "collect").rglob("manifest.json"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield Bench(tmp_path)


def test_thirty_three_of_thirty_four_rows_are_no_success(bench: Bench) -> None:
    said = bench.add("fine", GOOD).add("web", [GOOD[1], *[BROKEN] * 32, REFUSED]).stops()
    lines = said.splitlines()
    assert lines[1] == "  web: 97 % lost, 33 of 34 units rejected; max_reject is 5 %"
    assert lines[2] == "    broken JSON: 32 units, the worst of them"
    assert lines[3].startswith("      web.jsonl, row 2: ")
    assert "क्\u200dष" in lines[4]
    assert "    unknown language: 1 unit" in lines
    assert "  max_reject = 0.98" in lines
    assert "'web'" in said and "fine" not in said


@pytest.mark.parametrize("places", [(0,), (1,), (2,), (0, 1, 2)])
def test_members_that_are_no_text_are_counted_wherever_they_stand(places: tuple[int, ...], bench: Bench) -> None:
    members = [(f"{number}.jsonl", "\n".join(GOOD).encode()) for number in range(3)]
    for place in reversed(places):
        members.insert(place, (f"{place}.pdf", b"%PDF-1.7 " + bytes(90)))
    tar_of(bench.folder / "web.tar", [(name, content, tarfile.REGTYPE) for name, content in members])
    said = bench.archive("web").stops(strict=True)
    assert f"% lost, 100 % of web.tar/{places[0]}.pdf was not read" in said
    assert f"web.tar/{places[-1]}.pdf: {places[-1]}.pdf is a PDF" in said and "; 99 bytes of it were not read" in said
    row = shards.read(bench.home.run("lossy").artifact("collect").file("sources.parquet")).to_pylist()[0]
    assert (row["bytes_unread"], row["units_lost"]) == (99 * len(places), len(places))


def test_of_a_damaged_archive_what_was_read_counts_as_read(bench: Bench) -> None:
    content = b"\n".join([GOOD[0].encode()] * 400)
    data = bytearray(tar_of(bench.folder / "web.tar", [(f"{each}.jsonl", content, tarfile.REGTYPE) for each in "abc"]))
    size = 512 + -(-len(content) // 512) * 512
    data[size : size + 512] = b"\xff" * 512
    (bench.folder / "web.tar").write_bytes(data)
    said = bench.archive("web").stops(strict=True)
    share = format_percent(size / (size + len(content)))
    assert f"{share} of web.tar was not read" in said and share < "6"


def test_all_that_must_be_allowed_is_said_at_once(bench: Bench) -> None:
    said = bench.add("web", [*GOOD, BROKEN, BROKEN]).add("fine", GOOD).add("old", [BROKEN] * 3 + GOOD).stops()
    told = ["set in the table of each of these sources:", "  max_reject = 0.22  # old", "  max_reject = 0.16  # web"]
    assert said.splitlines()[-4].endswith(told[0]) and said.splitlines()[-3:-1] == told[1:]


def test_raising_the_limit_reads_nothing_again_and_lowering_it_stops(bench: Bench) -> None:
    bench.add("web", [*GOOD, BROKEN, BROKEN])
    assert "web: 15 % lost" in bench.stops()
    before = bench.stored()
    bench.run("collect.max_reject=0.2")
    assert bench.stored() == before
    bench.stops("collect.max_reject=0.1")
    bench.text += "max_reject = 0.2\n"  # of the source, which is the last table
    bench.run()
    assert bench.stored() == before


def test_one_bad_record_costs_one_record_unless_the_run_is_strict(bench: Bench) -> None:
    bench.add("web", [*GOOD[:2], BROKEN]).run()
    assert "--strict" in bench.stops(strict=True)
    bench.stops("collect.max_reject=0.0")


def test_what_has_no_text_is_no_loss(bench: Bench) -> None:
    bench.add("web", [*GOOD[:2], *[EMPTY] * 40]).run(strict=True)
    row = shards.read(bench.home.run("lossy").artifact("collect").file("sources.parquet")).to_pylist()[0]
    assert (row["units"], row["units_rejected"], row["units_lost"]) == (42, 40, 0)


def test_benchmarks_have_no_share_to_lose_but_nothing_is_lost_in_silence(bench: Bench) -> None:
    bench.add("web", GOOD).add("bench", [GOOD[0], BROKEN, BROKEN], "max_reject = 0.9", kind="benchmarks")
    with contextlib.suppress(SourceError):  # what is asked of benchmarks beside is no matter of this guard
        bench.run()
    assert "bench" in bench.stops(strict=True)


def test_the_reason_and_the_bytes_of_what_was_not_read(tmp_path: Path) -> None:
    source = SourceConfig(name="tm", reader="tmx", path="tm.tmx", licence="CC0-1.0")
    with DocumentSink(tmp_path, source) as sink:
        sink.open_file("tm.tmx")
        sink.reject(Reject(3, "broken XML", "line 7", units=97, unread=9_700))
        sink.reject(Reject(2, "empty text"))
        sink.close_file(10_000)
        sink.open_file("gone.tmx")
        sink.reject(Reject(0, "broken file"))
        sink.close_file(500)
    assert {name: sink.counts()[name] for name in ("units", "units_rejected", "units_lost")} == {
        "units": 99, "units_rejected": 99, "units_lost": 98,
    }  # fmt: skip
    assert shards.read(tmp_path / "unread.parquet").to_pylist() == [
        {"file": "tm.tmx", "bytes_read": 0, "bytes_unread": 10_000},  # nothing came of either
        {"file": "gone.tmx", "bytes_read": 0, "bytes_unread": 500},
    ]
    rejects = shards.read(tmp_path / "rejects.parquet")
    assert rejects.schema == REJECTS
    assert rejects.select(["units", "unread"]).to_pylist()[0] == {"units": 97, "unread": 9_700}


def test_the_limit_is_no_part_of_any_address() -> None:
    plain = {"name": "a", "reader": "text", "path": "a", "licence": "MIT"}
    one, two = (CollectConfig.model_validate({"sources": [plain | more]}) for more in ({}, {"max_reject": 0.5}))
    assert one.semantic() == two.semantic()
    assert address_value(one.sources[0].as_read()) == address_value(two.sources[0].as_read())


def test_nothing_lost_is_nothing_to_say(bench: Bench) -> None:
    bench.add("web", GOOD).run(strict=True)
    artifact = bench.home.run("lossy").artifact("collect")
    section = CollectConfig(sources=(SourceConfig(name="web", reader="jsonl", path="w", licence="MIT"),))
    assert find_losses(section, artifact) == []
    guard_losses(section, artifact, strict=True)


def test_kinds_without_text_are_those_that_readers_use() -> None:
    used = "\n".join(path.read_text(encoding="utf-8") for path in Path(readers.__file__).parents[1].rglob("*.py"))
    assert all(used.count(f'"{kind}"') >= 2 for kind in WITHOUT_TEXT - {EMPTY_TEXT}), (
        "one that no reader knows loses its meaning"
    )
