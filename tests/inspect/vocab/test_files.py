"""Reading texts: what stands beside English, what is left out and why, and what cannot be read."""

from pathlib import Path

import pytest

from emma.errors import SourceError
from emma.inspect.vocab.files import read_text_files
from emma.inspect.vocab.texts import SkippedTexts, TextBlock
from emma.lang.language import ENGLISH
from tests.conftest import TEXTS
from tests.inspect.vocab.corpora import LINES, aligned, rows

ALL = 1_000


def test_a_file_a_language_line_by_line(tmp_path: Path) -> None:
    found = read_text_files([aligned(tmp_path)], "any", ALL)
    english = tuple(LINES[ENGLISH.label])
    assert found.blocks == [TextBlock(lang, tuple(LINES[lang]), english) for lang in sorted(LINES)]
    assert found.skipped == []


def test_the_language_may_end_the_name_and_be_written_in_any_way(tmp_path: Path) -> None:
    for name in ("opus.en-ha.ha", "ha.txt", "hau_Latn.dev", "Hausa.txt", "newstest.hau.txt"):
        (tmp_path / name).write_text("Binadamu wote\n", encoding="utf-8")
    found = read_text_files([tmp_path], "any", ALL)
    assert [block.lang for block in found.blocks] == ["hau_Latn"] * 5
    assert {block.english for block in found.blocks} == {None}


def test_the_text_tells_the_script(tmp_path: Path) -> None:
    (tmp_path / "srp.txt").write_text("Сва људска бића рађају се слободна и једнака.\n" * 3, encoding="utf-8")
    (tmp_path / "zho.txt").write_text(f"{TEXTS['zho_Hans']}\n" * 3, encoding="utf-8")
    assert [block.lang[4:] for block in read_text_files([tmp_path], "any", ALL).blocks] == ["Cyrl", "Hans"]


def test_files_that_are_not_aligned(tmp_path: Path) -> None:
    aligned(tmp_path, {**LINES, "tha_Thai": LINES["tha_Thai"][:2]})
    message = r"tha_Thai.devtest and .*eng_Latn.devtest should have .* but have 2 and 4 lines. .* --unaligned"
    with pytest.raises(SourceError, match=message):
        read_text_files([tmp_path], "any", ALL)
    blocks = {block.lang: block for block in read_text_files([tmp_path], "any", ALL, aligned=False).blocks}
    assert blocks["tha_Thai"] == TextBlock("tha_Thai", tuple(LINES["tha_Thai"][:2]), None)
    assert blocks["khm_Khmr"].english == tuple(LINES[ENGLISH.label])


def test_lines_that_are_blank_on_either_side_are_left_out_on_both(tmp_path: Path) -> None:
    aligned(tmp_path, {"eng_Latn": ["a", "", "c", "d"], "swh_Latn": ["e", "f", " ", "h"]})
    english, other = read_text_files([tmp_path], "any", ALL).blocks
    assert english == TextBlock("eng_Latn", ("a", "c", "d"), ("a", "c", "d"))
    assert other == TextBlock("swh_Latn", ("e", "h"), ("a", "d"))


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    aligned(tmp_path)
    (tmp_path / "README.md").write_text("one\ntwo\n", encoding="utf-8")
    found = read_text_files([tmp_path], "any", 3)
    assert (found.skipped[0].texts, Path(found.skipped[0].place).name) == (2, "README.md")
    assert "README" in found.skipped[0].reason
    beyond = [skipped for skipped in found.skipped if "--lines" in skipped.reason]
    assert len(beyond) == len(LINES)
    assert {skipped.texts for skipped in beyond} == {1}
    assert {len(block.texts) for block in found.blocks} == {3}


def test_pairs(tmp_path: Path) -> None:
    pair = {"src_code": "ara", "tgt_code": "eng", "src": TEXTS["arb_Arab"], "tgt": TEXTS[ENGLISH.label]}
    other = {"src_code": "ara", "tgt_code": "hin", "src": "سلام", "tgt": "शांति"}
    unknown = {"src_code": "qqx", "tgt_code": "eng", "src": "x", "tgt": "y"}
    path = rows(tmp_path / "pairs.jsonl", pair, other, unknown)
    found = read_text_files([path], "any", ALL)
    arabic = next(block.lang for block in found.blocks if block.lang.endswith("_Arab"))
    assert found.blocks == [
        TextBlock(arabic, ("سلام",), None),
        TextBlock(arabic, (TEXTS["arb_Arab"],), (TEXTS[ENGLISH.label],)),
        TextBlock(ENGLISH.label, (TEXTS[ENGLISH.label],), (TEXTS[ENGLISH.label],)),
        TextBlock("hin_Deva", ("शांति",), None),
    ]
    assert [(each.place, each.texts) for each in found.skipped] == [(f"{path}: qqx-eng", 1)]


def test_documents_with_and_without_another_side(tmp_path: Path) -> None:
    both = {"text": "a", "lang": "eng_Latn", "text2": "b", "lang2": "swh_Latn"}
    path = rows(tmp_path / "documents.jsonl", both, {**both, "text2": None, "lang2": None}, {"text": "c", "lang": "fr"})
    blocks = read_text_files([path], "any", ALL).blocks
    assert TextBlock("swh_Latn", ("b",), ("a",)) in blocks
    assert TextBlock("eng_Latn", ("a",), ("a",)) in blocks
    assert TextBlock("eng_Latn", ("a",), None) in blocks
    assert TextBlock("fra_Latn", ("c",), None) in blocks


def test_pairs_beyond_those_asked_for(tmp_path: Path) -> None:
    pairs = [{"src_lang": "swh", "tgt_lang": "en", "src": f"s{n}", "tgt": f"e{n}"} for n in range(5)]
    path = rows(tmp_path / "pairs.jsonl", *pairs)
    found = read_text_files([path], "any", 3)
    assert found.blocks == [
        TextBlock(ENGLISH.label, ("e0", "e1", "e2"), ("e0", "e1", "e2")),
        TextBlock("swh_Latn", ("s0", "s1", "s2"), ("e0", "e1", "e2")),
    ]
    assert found.skipped == [SkippedTexts(f"{path}: swh-en", 2, "more than --lines asks for")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"src": "a"}', r"pairs.jsonl, line 2 is no JSON object with one of these sets of keys: text, lang, text2"),
        ("{", "line 2 is no JSON object"),
        ("[1]", "line 2 is no JSON object"),
        ('{"text": 7, "lang": "sw"}', "line 2: text, lang should be texts"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"text": "a", "lang": "sw"}\n' + line, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read_text_files([path], "any", ALL)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere is neither a file nor a folder"):
        read_text_files([tmp_path / "nowhere"], "any", ALL)
    with pytest.raises(SourceError, match=r"There is no text in a known language in .*folders inside are not"):
        read_text_files([tmp_path], "any", ALL)
    (tmp_path / "qqx.txt").write_text("x\n")
    with pytest.raises(SourceError, match=r"There is no text in a known language in .*qqx\.txt: 'qqx'"):
        read_text_files([tmp_path], "any", ALL)
    (tmp_path / "sw.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"sw\.txt is not UTF-8 text"):
        read_text_files([tmp_path], "any", ALL)
    (tmp_path / "sw.txt").unlink()
    (tmp_path / "sw.txt.zst").write_bytes(b"no zstd")
    with pytest.raises(SourceError, match=r"sw\.txt\.zst cannot be read"):
        read_text_files([tmp_path], "any", ALL)
