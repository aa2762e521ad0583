"""A sample read with collect's own code: what of it is passed, counted and lost, and the reader that is chosen."""

import json
from pathlib import Path

import pytest

from emma.collect.config import SourceConfig
from emma.pipeline.draft import trials
from emma.pipeline.draft.trials import FIRST_ROWS, STRIDE, choose_source, read_sample
from tests.conftest import TEXTS
from tests.pipeline.draft.test_run import lay_out


def make_source(reader: str, path: str, **settings: object) -> SourceConfig:
    """A source."""
    values = {"name": "mine", "reader": reader, "path": path, "licence": "unknown", **settings}
    return SourceConfig.model_validate(values)


def write_rows(texts: list[str], lang: str = "sw") -> str:
    """Texts as JSON Lines."""
    return "\n".join(json.dumps({"text": text, "lang": lang}) for text in texts)


def test_a_small_source_is_passed_whole(tmp_path: Path) -> None:
    files = {f"{label}.txt": text for label, text in TEXTS.items()}
    sample = read_sample(make_source("text", "*.txt"), lay_out(tmp_path, files))
    assert (sample.files, sample.passed, sample.lost, sample.share) == (len(TEXTS), len(TEXTS), 0, 1.0)
    assert sample.languages == {label: len(text.encode()) for label, text in TEXTS.items()}
    assert sample.text_chars == sum(map(len, TEXTS.values()))


def test_of_many_rows_the_first_and_every_so_manieth_are_looked_at(tmp_path: Path) -> None:
    rows = [f"Habari za leo {number}" for number in range(1_000)]
    lay_out(tmp_path, {"a.jsonl": write_rows(rows)})
    sample = read_sample(make_source("jsonl", "a.jsonl"), tmp_path)
    seen = [row.row - 1 for row in sample.rows]
    assert seen == [number for number in range(1_000) if number < FIRST_ROWS or number % STRIDE == 0]
    assert (sample.passed, sample.passed_chars) == (1_000, sum(map(len, rows)))


def test_files_are_spread_over_all_and_their_share_is_of_bytes(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{n:02}.txt": "ab " * 100 for n in range(10)})
    sample = read_sample(make_source("text", "*.txt", lang="swh_Latn"), tmp_path, max_files=5)
    assert [row.file for row in sample.rows] == ["00.txt", "02.txt", "04.txt", "06.txt", "08.txt"]
    assert sample.share == 0.5


def test_every_file_has_its_share_of_a_large_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MAX_BYTES", 20_000)
    rows = [f"{'Habari za leo ' * 10}{number}" for number in range(200)]
    lay_out(tmp_path, {f"{name}.jsonl": write_rows(rows) for name in "abcd"})
    sample = read_sample(make_source("jsonl", "*.jsonl"), tmp_path)
    assert {row.file for row in sample.rows} == {"a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl"}


def test_losses_and_unknown_languages_are_two_things(tmp_path: Path) -> None:
    lines = [write_rows(["Habari za leo"]), "{broken", write_rows(["Siku njema"], "xx-nothing"), '{"text": ""}']
    lay_out(tmp_path, {"a.jsonl": "\n".join(lines)})
    sample = read_sample(make_source("jsonl", "a.jsonl"), tmp_path)
    assert (sample.lost, dict(sample.unknown)) == (1, {"xx-nothing": 1})
    assert sample.first_loss.startswith("a.jsonl, row 2: ")
    assert [(row.lang, row.has_lang) for row in sample.rows] == [("swa_Latn", True), ("", False)]


def test_a_pair_is_named_when_both_sides_are(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.csv": "text,text2\nHabari za leo,Good news today\n"})
    fields = {"text": "text", "text2": "text2"}
    half = read_sample(make_source("csv", "a.csv", fields=fields, lang="swh_Latn"), tmp_path).rows[0]
    assert (half.lang, half.lang2, half.has_lang) == ("", "", True)
    both = read_sample(make_source("csv", "a.csv", fields=fields, lang="swh_Latn", lang2="eng_Latn"), tmp_path).rows[0]
    assert (both.lang, both.lang2, both.text2) == ("swh_Latn", "eng_Latn", "Good news today")


@pytest.mark.parametrize(
    "content, readers, chosen",
    [
        (write_rows(["Habari"] * 9), ("jsonl", "text"), "jsonl"),
        ("Habari za leo\nSiku njema", ("jsonl", "text"), "text"),  # which reads whatever there is
        (write_rows(["Habari"] * 9) + "\n{broken", ("jsonl", "text"), "jsonl"),  # a format that loses a little
        (write_rows(["Habari"]) + "\n{broken" * 3, ("jsonl", "text"), "text"),
        ('{"a": "Habari"}', ("jsonl", "messages_json"), "messages_json"),
    ],
)
def test_the_reader_that_loses_least(content: str, readers: tuple[str, ...], chosen: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {"sw.json": content})
    config, _ = choose_source([make_source(reader, "sw.json", lang="swh_Latn") for reader in readers], tmp_path)
    assert config.reader == chosen
