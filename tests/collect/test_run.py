"""The stage: documents and rejects with their places, the balance, and the same bytes however it is run."""

import gzip
import json
from pathlib import Path

import pytest

from emma.collect.files.inputs import estimate_text_bytes, find_files
from emma.collect.run import collect
from emma.errors import ArtifactError, SourceError
from emma.schemas import DOCUMENTS, REJECTS
from emma.store import shards
from emma.work.graph import Step, check_balance, run_steps
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import LIGHT_BYTES, StageOutput
from tests.collect.stage import (
    BENCHMARK,
    MakeWork,
    a_file_a_task,
    section,
    source,
    table,
    write_benchmark,
    write_joinable,
)
from tests.conftest import TEXTS


def test_documents_and_rejects(data: Path, make_work: MakeWork) -> None:
    made = collect(section(data), work=make_work("collect"))
    documents, rejects = table(made, "documents"), table(made, "rejects")
    assert (documents.schema, rejects.schema) == (DOCUMENTS, REJECTS)
    first, second = documents.slice(0, 2).to_pylist()
    assert first == {
        "id": "web:web/0.jsonl#1",
        "text": f"{TEXTS['arb_Arab']} 0",
        "lang": "arb_Arab",
        "text2": None,
        "lang2": None,
        "source": "web",
        "source_code": "arb_Arab",
        "rule": "ISO 639-3",
        "domain": "web",
        "licence": "CC0-1.0",
        "file": "web/0.jsonl",
        "row": 1,
        "url": None,
        "repair": None,
        "meta": None,
    }
    assert second["id"] == "web:web/0.jsonl#4", "rows are lines of the file"
    assert "\u200d" in second["text"]
    assert len(set(documents["id"].to_pylist())) == 3 * len(TEXTS)
    bad = rejects.slice(0, 2).to_pylist()
    assert [(each["source"], each["file"], each["row"]) for each in bad] == [
        ("web", "web/0.jsonl", 2),
        ("web", "web/0.jsonl", 3),
    ]
    assert bad[0]["raw"] == b'{"text": ' and bad[0]["reason"].startswith("broken JSON: ")
    assert "private use" in bad[1]["reason"]


def digest(root: Path) -> dict[str, bytes]:
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.name != "fingerprints.json")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_one_worker_is_many_and_here_is_there(data: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.symlink_to(data)
    for name, folder, workers in (("one", data, 1), ("two", moved, 2)):
        step = Step("collect", section(folder, shard_bytes=a_file_a_task(data)), (), {"web": "by content"})
        with Local(workers) as executor:
            (done,) = run_steps([step], {}, root=tmp_path / name, executor=executor, reporter=Reporter(quiet=True))
        assert len(done.artifact.parts["documents"]) == 3
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_only_the_file_that_changed_is_read_again(data: Path, make_work: MakeWork) -> None:
    size = a_file_a_task(data)
    before = collect(section(data, shard_bytes=size), work=make_work("collect"))
    changed = data / "web/1.jsonl"
    changed.write_text(changed.read_text(encoding="utf-8").replace(" 1", " 9"), encoding="utf-8")
    after = collect(section(data, shard_bytes=size), work=make_work("collect", "1" * 20))
    same = [one.key == two.key for one, two in zip(before.parts["documents"], after.parts["documents"], strict=True)]
    assert same == [True, False, True]


def test_damage_inside_a_corpus(data: Path, make_work: MakeWork) -> None:
    packed = gzip.compress(b"\n".join(json.dumps({"text": f"neno {n}", "lang": "sw"}).encode() for n in range(9999)))
    (data / "cut.jsonl.gz").write_bytes(packed[:-2000])
    made = collect(section(data, source(path="cut.jsonl.gz")), work=make_work("collect"))
    check_balance("collect", made.counts)
    assert made.counts["rejected: broken file"] == 1
    assert made.counts["rows_out"] > 1000
    (reject,) = table(made, "rejects").to_pylist()
    assert reject["row"] == made.counts["rows_out"] + 1


def test_an_empty_file(data: Path, make_work: MakeWork) -> None:
    (data / "web/0.jsonl").write_text("")
    with pytest.raises(SourceError, match=r"'web'.*no text at all"):
        collect(section(data, source(path="web/0.jsonl")), work=make_work("collect"))


def test_a_unit_that_gets_lost_is_noticed(data: Path, make_work: MakeWork, monkeypatch: pytest.MonkeyPatch) -> None:
    write_joinable(data)
    monkeypatch.setattr("emma.collect.documents.join_documents", lambda units: units[0])
    with pytest.raises(ArtifactError, match=r"'web', web/0\.jsonl: 8 units were read, .* hold 2"):
        collect(section(data, source(path="web/0.jsonl", group_bytes=100)), work=make_work("collect"))


def test_benchmarks_are_read_and_kept_apart(data: Path, make_work: MakeWork) -> None:
    write_benchmark(data)
    alone = collect(section(data), work=make_work("collect"))
    work = make_work("collect", "1" * 20)
    made = collect(section(data, benchmarks=[{**BENCHMARK, "allow_unread": True}]), work=work)
    assert [part.key for part in made.parts["documents"]] == [part.key for part in alone.parts["documents"]]
    assert made.counts == alone.counts
    (part,) = made.parts["benchmarks"]
    (document,) = shards.read(part.file("documents.parquet")).to_pylist()
    assert (document["source"], document["lang"], document["text"]) == ("sib", "swa_Latn", "swali")
    (summary,) = shards.read(work.out / "benchmarks.parquet").to_pylist()
    assert (summary["source"], summary["documents"], summary["rejects"]) == ("sib", 1, 1)
    assert "benchmarks" not in alone.parts
    assert "sib" not in shards.read(work.out / "languages.parquet")["source"].to_pylist()


@pytest.mark.parametrize("code", ["", "xx", "und", "mul", "eml", "dialect of the north"])
def test_a_benchmark_keeps_what_names_no_language(data: Path, make_work: MakeWork, code: str) -> None:
    lines = [json.dumps({"text": text, "lang": code} if code else {"text": text}) for text in TEXTS.values()]
    (data / "bench.jsonl").write_text("\n".join(lines), encoding="utf-8")
    benchmark = source("bench", "bench.jsonl").model_dump()
    made = collect(section(data, benchmarks=[benchmark]), work=make_work("collect"))
    found = shards.read_all(part.file("documents.parquet") for part in made.parts["benchmarks"])
    assert found["text"].to_pylist() == [*TEXTS.values()]
    assert {label[:4] for label in found["lang"].to_pylist()} == {"und_"}
    assert {"und_Arab", "und_Deva", "und_Thai", "und_Nkoo", "und_Tfng"} <= {*found["lang"].to_pylist()}
    with pytest.raises(SourceError, match=f"unknown language {len(TEXTS)} times"):
        collect(section(data, source("bench", "bench.jsonl")), work=make_work("collect", "1" * 20))


def read_again(before: StageOutput, after: StageOutput) -> int:
    return len({part.key for part in after.parts["documents"]} - {part.key for part in before.parts["documents"]})


def test_another_source_reads_only_itself(data: Path, make_work: MakeWork) -> None:
    (data / "more.jsonl").write_text('{"text": "neno", "lang": "sw"}')
    before = collect(section(data, source()), work=make_work("collect"))
    more = section(data, source("more", "more.jsonl"), source())
    assert read_again(before, collect(more, work=make_work("collect", "1" * 20))) == 1


def test_what_only_describes_a_source_reads_nothing_again(data: Path, make_work: MakeWork) -> None:
    before = collect(section(data), work=make_work("collect"))
    told = source(path="**/*.jsonl", priority=3, origin="elsewhere", redistribution="private", limit_bytes=10**9)
    work = make_work("collect", "1" * 20)
    assert read_again(before, collect(section(data, told), work=work)) == 0
    (row,) = shards.read(work.out / "sources.parquet").to_pylist()
    assert (row["priority"], row["origin"], row["redistribution"]) == (3, "elsewhere", "private")
    assert read_again(before, collect(section(data, source(domain="law")), work=make_work("collect", "2" * 20))) == 1


def test_a_large_file_has_the_same_rows_in_one_task_and_in_many(data: Path, make_work: MakeWork) -> None:
    whole = collect(section(data), work=make_work("collect"))
    split = collect(section(data, shard_bytes=500), work=make_work("collect", "1" * 20))
    assert len(split.parts["documents"]) > 9 and split.counts == whole.counts
    assert table(split, "documents") == table(whole, "documents")
    assert table(split, "rejects") == table(whole, "rejects")


def test_macrolanguages_become_their_members(data: Path, make_work: MakeWork) -> None:
    (data / "web/0.jsonl").write_text('{"text": "neno", "lang": "sw"}')
    made = collect(section(data, source(path="web/0.jsonl"), macrolanguages={"swa": "swh"}), work=make_work("collect"))
    (document,) = table(made, "documents").to_pylist()
    assert (document["lang"], document["source_code"]) == ("swh_Latn", "sw")
    assert "swa → swh" in document["rule"]


def test_the_code_of_a_files_name_and_mojibake(data: Path, make_work: MakeWork) -> None:
    (data / "web/fr.jsonl").write_text('{"text": "L\u00e2\u0080\u0099\u00c3\u00a9t\u00c3\u00a9"}', encoding="utf-8")
    of = source(path="web/fr.jsonl", lang_from=r"(\w+)\.jsonl")
    (document,) = table(collect(section(data, of), work=make_work("collect")), "documents").to_pylist()
    assert (document["lang"], document["source_code"]) == ("fra_Latn", "fr")
    assert document["repair"] == "mojibake" and document["text"].endswith("été")


def test_two_halves_that_do_not_match(data: Path, make_work: MakeWork) -> None:
    (data / "x.en").write_text("a")
    with pytest.raises(SourceError, match=r"of 'x\.\*' there should be two files.*there is x\.en"):
        collect(section(data, source(reader="moses", path="x.*")), work=make_work("collect"))


@pytest.mark.parametrize(
    ("name", "size", "light"),
    [
        ("a.jsonl", 999_999, True),
        ("a.jsonl", 1_000_000, False),
        *((f"a.jsonl.{end}", size, size < 50_000) for end in ("gz", "bz2", "xz", "zst") for size in (49_999, 50_000)),
        ("a.parquet", 50_000, False),
        ("a.tar", 49_999, True),
        ("a.tar", 50_000, False),
        ("a.tar.zst", 900_000, False),
        ("a.zip", 900_000, False),
    ],
)
def test_what_is_packed_may_be_much(name: str, size: int, light: bool, tmp_path: Path, make_work: MakeWork) -> None:
    """A little of it is read here, and more by workers, whose death is noticed."""
    (tmp_path / name).write_bytes(bytes(size))
    archive = name.endswith((".zip", ".tar", ".tar.zst"))
    given = source(
        path=name, reader="parquet" if name.endswith("parquet") else "jsonl", **{"member": "*"} if archive else {}
    )
    work = make_work("collect")
    work.bytes_in = estimate_text_bytes(given, find_files(given, tmp_path))
    assert work.is_light == light


def test_a_small_file_of_much_text_is_read_by_workers(data: Path, make_work: MakeWork) -> None:
    line = json.dumps({"text": TEXTS["eng_Latn"] * 100, "lang": "eng_Latn"}).encode() + b"\n"
    for number in range(2):
        (data / "web" / f"{number}.jsonl.gz").write_bytes(gzip.compress(line * 2000, 1))
    work = make_work("collect")
    collect(section(data, source(path="web/*.gz"), shard_bytes=1), work=work)
    assert sum(each.stat().st_size for each in (data / "web").glob("*.gz")) < LIGHT_BYTES
    assert not work.is_light
