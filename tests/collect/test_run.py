"""The stage: documents and rejects with their places, the balance, and the same bytes however it is run."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.files.inputs import estimate_text_bytes, find_files
from emma.collect.run import collect
from emma.errors import ArtifactError, LanguageError, RecipeError, SourceError
from emma.schemas import DOCUMENTS, REJECTS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.graph import Step, check_balance, run_steps
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import LIGHT_BYTES, StageOutput, Work
from tests.conftest import TEXTS

MakeWork = Callable[..., Work]


def source(name: str = "web", path: str = "web/*.jsonl", **changes: object) -> SourceConfig:
    values = {"name": name, "reader": "jsonl", "path": path, "licence": "CC0-1.0", "domain": "web", **changes}
    return SourceConfig.model_validate(values)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three files of JSON lines: all test scripts, a bad line, and an unknown language."""
    folder = tmp_path / "data"
    (folder / "web").mkdir(parents=True)
    for number in range(3):
        lines = [json.dumps({"text": f"{text} {number}", "lang": label}) for label, text in TEXTS.items()]
        lines[1:1] = ['{"text": ', '{"text": "x", "lang": "qaa"}']
        (folder / "web" / f"{number}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def a_file_a_task(data: Path) -> int:
    return (data / "web/0.jsonl").stat().st_size


def section(data: Path, *sources: SourceConfig, **changes: object) -> CollectConfig:
    return CollectConfig.model_validate({"sources": sources or (source(),), "root": str(data), **changes})


def table(made: StageOutput | Artifact, name: str) -> pa.Table:
    return shards.read_all(part.file(f"{name}.parquet") for part in made.parts["documents"])


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


def test_counts_and_summaries(data: Path, make_work: MakeWork) -> None:
    work = make_work("collect")
    made = collect(section(data, source(limit_bytes=1), source("all", domain="d", origin="o")), work=work)
    check_balance("collect", made.counts)
    text_bytes = sum(len(f"{text} 0".encode()) for text in TEXTS.values())
    file_bytes = sum((data / f"web/{number}.jsonl").stat().st_size for number in range(3))
    assert made.counts == {
        "languages_collected": len(TEXTS),
        "bytes": 4 * text_bytes,
        "bytes_read": file_bytes + (data / "web/0.jsonl").stat().st_size,
        "bytes_unread": 0,
        "rejected: broken JSON": 4,
        "rejected: unknown language": 4,
        "rows_in": 4 * (len(TEXTS) + 2),
        "rows_out": 4 * len(TEXTS),
        "units": 4 * (len(TEXTS) + 2),
        "units_lost": 8,
        "units_rejected": 8,
    }
    one, everything = shards.read(work.out / "sources.parquet").to_pylist()
    assert (one["files"], one["files_left_out"], one["documents"]) == (1, 2, len(TEXTS))
    assert everything == {
        "source": "all",
        "reader": "jsonl",
        "licence": "CC0-1.0",
        "spdx": True,
        "redistribution": "public",
        "origin": "o",
        "domain": "d",
        "scheme": "any",
        "priority": 0,
        "files": 3,
        "files_left_out": 0,
        "documents": 3 * len(TEXTS),
        "bytes": 3 * text_bytes,
        "rejects": 6,
        "units": 3 * (len(TEXTS) + 2),
        "units_rejected": 6,
        "units_lost": 6,
        "bytes_read": file_bytes,
        "bytes_unread": 0,
        "unread_file": None,
        "unread_share": None,
    }
    languages = shards.read(work.out / "languages.parquet").to_pylist()
    assert [(each["lang"], each["source"]) for each in languages] == [
        (label, name) for label in sorted(TEXTS) for name in ("all", "web")
    ]
    assert [each["documents"] for each in languages] == [3, 1] * len(TEXTS)
    assert sum(each["bytes"] for each in languages) == 4 * text_bytes


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


def test_a_long_reject_is_cut(data: Path, make_work: MakeWork) -> None:
    (data / "web/0.jsonl").write_text("x" * 100_000 + '\n{"text": "neno", "lang": "sw"}')
    made = collect(section(data, source(path="web/0.jsonl"), max_row_bytes=80_000), work=make_work("collect"))
    (reject,) = table(made, "rejects").to_pylist()
    assert (reject["row"], len(reject["raw"])) == (1, 64 * 1024)


def test_a_source_without_documents(data: Path, make_work: MakeWork) -> None:
    (data / "web/0.jsonl").write_text('{"text": "x", "lang": "eml"}')
    with pytest.raises(SourceError) as caught:
        collect(section(data, source(path="web/0.jsonl")), work=make_work("collect"))
    message = str(caught.value)
    assert all(part in message for part in ("'web'", "unknown language 1 times", "web/0.jsonl, row 1", "egl", "codes"))


def test_an_empty_file(data: Path, make_work: MakeWork) -> None:
    (data / "web/0.jsonl").write_text("")
    with pytest.raises(SourceError, match=r"'web'.*no text at all"):
        collect(section(data, source(path="web/0.jsonl")), work=make_work("collect"))


def test_bad_recipes_stop_before_any_work(data: Path, make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match="no reader 'pdf'"):
        collect(section(data, source(reader="pdf")), work=make_work("collect"))
    with pytest.raises(SourceError, match="nothing/"):
        collect(section(data, source(path="nothing/*")), work=make_work("collect"))


def test_a_recipe_without_sources(make_work: MakeWork) -> None:
    with pytest.raises(RecipeError, match=r"no sources.*Add a table \[\[collect\.sources\]\]"):
        collect(CollectConfig(), work=make_work("collect"))


def write_joinable(data: Path) -> None:
    codes = ["sw"] * 5 + ["qaa"] * 3
    (data / "web/0.jsonl").write_text("\n".join(f'{{"text": "neno", "lang": "{code}"}}' for code in codes))


def test_joined_units_are_counted_in_documents_and_rejects(data: Path, make_work: MakeWork) -> None:
    write_joinable(data)
    made = collect(section(data, source(path="web/0.jsonl", group_bytes=100)), work=make_work("collect"))
    assert {name: made.counts[name] for name in ("rows_in", "rows_out", "units")} == {
        "rows_in": 2,
        "rows_out": 1,
        "units": 8,
    }


def test_a_unit_that_gets_lost_is_noticed(data: Path, make_work: MakeWork, monkeypatch: pytest.MonkeyPatch) -> None:
    write_joinable(data)
    monkeypatch.setattr("emma.collect.documents.join_documents", lambda units: units[0])
    with pytest.raises(ArtifactError, match=r"'web', web/0\.jsonl: 8 units were read, .* hold 2"):
        collect(section(data, source(path="web/0.jsonl", group_bytes=100)), work=make_work("collect"))


def test_a_wrong_fixed_language_is_the_recipes_fault(data: Path, make_work: MakeWork) -> None:
    for changes in ({"lang": "nah"}, {"codes": {"a": "hao", "b": "nah"}}):
        work = make_work("collect")
        with pytest.raises(LanguageError, match=r"Source 'web': .*family"):
            collect(section(data, source(**changes)), work=work)
        assert not (work.root / "collect" / "read_batch").exists(), "nothing was read in vain"


BENCHMARK = {
    "name": "sib",
    "reader": "csv",
    "path": "bench/*.tsv",
    "licence": "CC-BY-SA-4.0",
    "lang_from": "([a-z]+).tsv",
}


def write_benchmark(data: Path) -> None:
    (data / "bench").mkdir()
    (data / "bench/sw.tsv").write_text("text\tlabel\nswali\t1\nragged\n")


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


def test_what_cannot_be_read_of_a_benchmark_stops_the_stage(data: Path, make_work: MakeWork) -> None:
    write_benchmark(data)
    with pytest.raises(SourceError, match=r"(?s)Benchmark 'sib': 1 rows cannot .*bench/sw.tsv, row 3: .*allow_unread"):
        collect(section(data, benchmarks=[BENCHMARK]), work=make_work("collect"))
    (data / "bench/sw.tsv").write_text("text\tlabel\nswali\t1\n\t2\n")  # nothing to look for
    made = collect(section(data, benchmarks=[BENCHMARK]), work=make_work("collect", "1" * 20))
    allowed = section(data, benchmarks=[{**BENCHMARK, "allow_unread": True}])
    again = collect(allowed, work=make_work("collect", "2" * 20))
    assert [part.key for part in made.parts["benchmarks"]] == [part.key for part in again.parts["benchmarks"]]
    sources = section(data, benchmarks=[{**BENCHMARK, "allow_unread": True}, {**BENCHMARK, "name": "strict"}])
    allowed_, strict = (each.as_read().model_copy(update={"name": "x"}) for each in sources.benchmarks)
    assert allowed_ == strict, "what was read before the run stopped is not read again"


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


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"options": {"unti": "line"}}, r"option 'unti' of the reader 'text' does not exist. Options: unit"),
        ({"options": {"unit": "verse"}}, r"one of 'document', 'paragraph', 'line', not 'verse'"),
        ({"reader": "csv", "options": {"quotes": "no"}}, r"must be bool, not 'no'"),
        ({"reader": "jsonl", "options": {"x": 1}}, r"Options: none"),
    ],
)
def test_options_that_a_reader_does_not_have(
    changes: dict[str, object], why: str, data: Path, make_work: MakeWork
) -> None:
    with pytest.raises(RecipeError, match=f"Source 'web': .*{why}"):
        collect(section(data, source(**{"reader": "text", **changes})), work=make_work("collect"))


@pytest.mark.parametrize(
    ("policies", "why"),
    [({"swa": "eng"}, "'eng' is not a member of 'swa'"), ({"swa": "lid"}, "name a model"), ({"eng": "keep"}, "'eng'")],
)
def test_policies_that_cannot_be_followed(policies: dict[str, str], why: str, data: Path, make_work: MakeWork) -> None:
    with pytest.raises((LanguageError, RecipeError), match=why):
        collect(section(data, macrolanguages=policies), work=make_work("collect"))


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
