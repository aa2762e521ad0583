"""A recipe drafted from a folder reads it: format, columns, languages, splits, encodings, losses, in many scripts."""

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emma.errors import LanguageError, RecipeError, SourceError
from emma.pipeline.draft.run import NewAnswer, NewQuestion, draft_recipe, write_draft
from emma.pipeline.recipe import Recipe
from tests.conftest import TEXTS


def lay_out(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def draft(place: Path, out: Path, **question: str) -> tuple[NewAnswer, Recipe]:
    """The draft of a place, and the recipe as it is read again."""
    asked = NewQuestion((place,), out=out, **question)
    answer = draft_recipe(asked)
    return answer, Recipe.read(write_draft(asked, answer))


def languages(answer: NewAnswer) -> set[str]:
    """Labels of the sources that the recipe reads."""
    return {label for source in answer.draft.ready for label in source.sample.languages}


def test_every_script_by_the_name_of_its_file(tmp_path: Path) -> None:
    place = lay_out(tmp_path / "mine", {f"{label}.txt": f"{text} {text}\n" for label, text in TEXTS.items()})
    answer, recipe = draft(place, tmp_path / "own file.v2.toml")
    assert languages(answer) == set(TEXTS)
    (source,) = recipe.collect.sources
    assert (source.reader, source.path, source.lang) == ("text", "*.txt", None)
    assert recipe.name == "own-file.v2"


@pytest.mark.parametrize(
    ("question", "name"),
    [({}, "mine"), ({"out": Path("b.toml")}, "b"), ({"out": Path("store.toml")}, "mine"),
     ({"out": Path("ጽሑፍ.toml")}, "ጽሑፍ"), ({"out": Path("b.toml"), "name": "c"}, "c")],
)  # fmt: skip
def test_a_run_is_called_as_its_recipe_is(question: dict[str, Any], name: str) -> None:
    assert NewQuestion((Path("mine"),), **question).run_name == name


def test_columns_with_names_of_any_kind(tmp_path: Path) -> None:
    rows = [
        {"body": f"{text} {n}", "iso": label, "id": n, "tag": "news"} for n, (label, text) in enumerate(TEXTS.items())
    ]
    place = lay_out(tmp_path / "mine", {"a.jsonl": "\n".join(json.dumps(row) for row in rows)})
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert recipe.collect.sources[0].fields == {"text": "body", "lang": "iso"}
    assert languages(answer) == set(TEXTS)


def test_a_table_with_a_column_for_each_language(tmp_path: Path) -> None:
    lines = [
        "swahili;english;hausa",
        *(f"Habari za leo {n};Good news today {n};Labari mai dadi {n}" for n in range(20)),
    ]
    answer, recipe = draft(lay_out(tmp_path / "mine", {"a.csv": "\n".join(lines)}), tmp_path / "r.toml")
    assert [(source.fields, source.lang, source.lang2) for source in recipe.collect.sources] == [
        ({"text": "swahili", "text2": "english"}, "swa_Latn", "eng_Latn"),
        ({"text": "hausa", "text2": "english"}, "hau_Latn", "eng_Latn"),
    ]
    assert recipe.collect.sources[0].options == {"delimiter": ";"}
    assert len(answer.draft.doubts) == 2  # the licences


def test_files_of_translations(tmp_path: Path) -> None:
    lay_out(tmp_path, {"news.en": "one day\ntwo days\n", "news.sw": "siku moja\nsiku mbili\n"})
    answer, recipe = draft(tmp_path / "news", tmp_path / "r.toml")
    assert recipe.collect.sources[0].reader == "moses"
    assert languages(answer) == {"eng_Latn", "swa_Latn"}


def test_files_of_translations_that_lost_a_line_are_said_to_be_unreadable(tmp_path: Path) -> None:
    lay_out(tmp_path, {"news.en": "one day\ntwo days\n", "news.sw": "siku moja\n"})
    answer, recipe = draft(tmp_path / "news", tmp_path / "r.toml")
    assert not answer.draft.ready and not recipe.collect.sources
    assert "differ in length" in answer.draft.doubts[1].text + answer.draft.doubts[0].text


def test_held_out_splits_become_benchmarks(tmp_path: Path) -> None:
    table = pa.table({"text": ["habari za leo asubuhi", "siku njema sana"], "lang": ["sw", "sw"]})
    for split in ("train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001"):
        (tmp_path / "mine/data").mkdir(parents=True, exist_ok=True)
        pq.write_table(table, tmp_path / f"mine/data/{split}.parquet")
    lay_out(tmp_path / "mine", {"README.md": "---\nlicense: cc-by-sa-4.0\n---\nA data set."})
    _, recipe = draft(tmp_path / "mine", tmp_path / "r.toml")
    assert recipe.collect.sources[0].path == "data/train-0000*.parquet"
    assert recipe.collect.sources[0].licence == "CC-BY-SA-4.0"
    assert recipe.collect.benchmarks[0].path == "data/test-00000-of-00001.parquet"


def test_an_archive(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "mine.tar.gz", "w:gz") as archive:
        for label, text in TEXTS.items():
            info = tarfile.TarInfo(f"texts/{label}/1.txt")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    answer, recipe = draft(tmp_path / "mine.tar.gz", tmp_path / "r.toml")
    assert (recipe.collect.sources[0].member, recipe.collect.sources[0].path) == ("*.txt", "mine.tar.gz")
    assert languages(answer) == set(TEXTS)


def test_files_of_an_archive_that_no_pattern_keeps_out_are_said(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "mine.tar", "w") as archive:
        for name, text in (("swh/a.md", "Mtoto alikwenda."), ("yor/b.md", TEXTS["yor_Latn"]), ("README.md", "All.")):
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    answer, recipe = draft(tmp_path / "mine.tar", tmp_path / "r.toml")
    assert recipe.collect.sources[0].member == "*.md"
    (doubt,) = [doubt.text for doubt in answer.draft.doubts if doubt.setting == "member"]
    assert "Files of another kind" in doubt and doubt.endswith("others: 1.")
    assert f"emma run {tmp_path / 'r.toml'} --until curate" in (tmp_path / "r.toml").read_text(encoding="utf-8")


def test_a_language_that_nothing_says_is_left_to_the_person(tmp_path: Path) -> None:
    place = lay_out(tmp_path / "mine", {"notes.txt": "Habari za leo, rafiki yangu.\n"})
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert not answer.draft.ready and not recipe.collect.sources
    assert [doubt.setting for doubt in answer.draft.doubts] == ["lang", "licence"]
    text = (tmp_path / "r.toml").read_text()
    assert '# lang = "xxx_Xxxx"' in text
    # what the recipe leaves to a person is all that it lacks
    opened = "\n".join(
        line.removeprefix("# ") if line.startswith("# [[") or " = " in line else line for line in text.splitlines()
    )
    (tmp_path / "done.toml").write_text(opened.replace("xxx_Xxxx", "swh_Latn").replace('base = "/models/…"', ""))
    assert Recipe.read(tmp_path / "done.toml").collect.sources[0].lang == "swh_Latn"


def test_a_goal_of_one_language_says_what_the_files_do_not(tmp_path: Path) -> None:
    place = lay_out(tmp_path / "mine", {"notes.txt": "Habari za leo, rafiki yangu.\n"})
    answer, recipe = draft(place, tmp_path / "r.toml", goal="Swahili")
    assert recipe.collect.sources[0].lang == "swa_Latn"
    assert recipe.curate.languages == ("swa_Latn",)
    assert any("goal" in doubt.text for doubt in answer.draft.doubts)


def test_a_script_of_one_language_is_a_guess_that_is_said(tmp_path: Path) -> None:
    place = lay_out(tmp_path / "mine", {"notes.txt": TEXTS["khm_Khmr"]})
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert recipe.collect.sources[0].lang == "khm_Khmr"
    assert "guessed from the script" in answer.draft.doubts[0].text


def test_goal_and_base_make_a_whole_recipe(tmp_path: Path) -> None:
    files = {f"{label}.txt": "\n".join(f"{text} {n}" for n in range(400)) for label, text in TEXTS.items()}
    place = lay_out(tmp_path / "mine", files)
    answer, recipe = draft(place, tmp_path / "r.toml", goal="Hindi, Yoruba, Wolof and English", base="/models/base")
    assert recipe.curate.languages == ("eng_Latn", "hin_Deva", "yor_Latn")
    assert answer.goal.missing == {"Wolof": "wol_Latn"}
    assert recipe.mix.replay == {"eng_Latn": 0.1}
    assert recipe.mix.tokens >= 50_000 and recipe.mix.allow_short
    assert recipe.train.batch_tokens % recipe.mix.sequence_length == 0


def test_what_no_reader_takes_is_said(tmp_path: Path) -> None:
    place = lay_out(
        tmp_path / "mine",
        {"a.pdf": "%PDF-1.4 …", "b.srt": "1\n00:00:01,000 --> 00:00:02,000\nHabari\n", "c.xml": "<foo/>"},
    )
    answer, _ = draft(place, tmp_path / "r.toml")
    assert [(name, count) for name, count, _ in answer.draft.unread] == [("a.pdf", 1), ("b.srt", 1), ("c.xml", 1)]
    assert "<foo>" in answer.draft.unread[2][2]


def test_a_legacy_encoding_of_a_table_is_declared(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},Пусть всегда будет солнце и {n} звезды над нами,ru" for n in range(30))
    place = lay_out(tmp_path / "mine", {"a.csv": f"id,text,lang\n{rows}\n".encode("cp1251")})
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert recipe.collect.sources[0].encoding == "cp1251"
    assert languages(answer) == {"rus_Cyrl"}


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Name a folder"):
        draft(tmp_path / "nowhere", tmp_path / "r.toml")
    with pytest.raises(SourceError, match="no text"):
        draft(lay_out(tmp_path / "mine", {"README.md": "about"}).parent / "mine", tmp_path / "r.toml")
    place = lay_out(tmp_path / "other", {"sw.txt": "Habari za leo"})
    with pytest.raises(LanguageError, match="--goal"):
        draft(place, tmp_path / "r.toml", goal="Klingonian")
    (tmp_path / "r.toml").write_text("")
    with pytest.raises(RecipeError, match="--yes"):
        NewQuestion((place,), out=tmp_path / "r.toml").refuse_early(overwrite=False)
    for early, words in (
        (NewQuestion((place,), out=tmp_path), "--out .*name a file"),
        (NewQuestion((place,), out=tmp_path / "no" / "r.toml"), "--out .*in a folder that is there"),
        (NewQuestion((place,), name="a/b", out=tmp_path / "r.toml"), "--name a/b"),
        (NewQuestion((place,), base="nowhere", out=tmp_path / "r.toml"), "The base 'nowhere' is neither"),
    ):
        with pytest.raises(RecipeError, match=words):
            early.refuse_early(overwrite=True)
    for base in ("owner/name@main", "base.toml", str(place)):
        NewQuestion((place,), base=base, out=tmp_path / "r.toml").refuse_early(overwrite=True)
