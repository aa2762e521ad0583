"""What is counted, in closed form: with a tokenizer of bytes a text is as many tokens as it has bytes."""

from pathlib import Path

import pytest

from emma.inspect.vocab.counters import open_counters
from emma.inspect.vocab.files import read_text_files
from emma.inspect.vocab.measure import CostMeasurer, LanguageCosts
from emma.inspect.vocab.texts import TextBlock, pair_with_english
from emma.lang.language import ENGLISH
from emma.lang.scripts import is_spaced
from emma.pipeline.home import Home
from tests.conftest import TEXTS
from tests.inspect.vocab.corpora import LINES, aligned, bytes_of, tokenizer


def measured(tmp_path: Path, *blocks: TextBlock) -> dict[str, LanguageCosts]:
    plain = tokenizer(tmp_path / "plain")
    knowing = tokenizer(tmp_path / "knowing", ["▁", "ห", "า", "หา"], [("ห", "า")])
    measurer = CostMeasurer(open_counters([str(plain), str(knowing)], Home(tmp_path / "home")))
    for block in blocks:
        measurer.add(block)
    return {row.lang: row for row in measurer.languages()}


def test_every_script_by_hand(tmp_path: Path) -> None:
    found = measured(tmp_path, *read_text_files([aligned(tmp_path / "text")], "any", 100).blocks)
    english = sum(map(bytes_of, LINES[ENGLISH.label]))
    assert sorted(found) == sorted(TEXTS)
    for lang, texts in LINES.items():
        row, tokens = found[lang], sum(map(bytes_of, texts))
        size = sum(len(text.encode()) for text in texts)
        assert (row.texts, row.bytes, row.characters) == (4, size, sum(map(len, texts)))
        assert row.words == (sum(len(text.split()) for text in texts) if is_spaced(lang[4:]) else None)
        assert row.byte_premium == pytest.approx(size / sum(len(text.encode()) for text in LINES[ENGLISH.label]))
        plain, _ = row.costs
        assert plain.tokens == tokens
        assert plain.tokens_per_byte == pytest.approx(tokens / size)
        assert plain.tokens_per_character == pytest.approx(tokens / row.characters)
        assert plain.tokens_per_word == (pytest.approx(tokens / row.words) if row.words else None)
        assert plain.premium == pytest.approx(tokens / english)
    assert {lang for lang, row in found.items() if row.words is None} == {
        "khm_Khmr", "mya_Mymr", "tha_Thai", "zho_Hans",
    }  # fmt: skip
    assert found[ENGLISH.label].costs[0].premium == found[ENGLISH.label].byte_premium == 1


def test_pieces_are_counted_as_the_tokenizer_joins_them(tmp_path: Path) -> None:
    found = measured(tmp_path, TextBlock("tha_Thai", ("หาหา ก",)))
    assert [cost.tokens for cost in found["tha_Thai"].costs] == [3 + 12 + 3 + 3, 1 + 2 + 1 + 3]


def test_texts_that_stand_alone_have_no_premium_and_count_for_the_rest(tmp_path: Path) -> None:
    alone = TextBlock("hin_Deva", (TEXTS["hin_Deva"],))
    beside = TextBlock("hin_Deva", ("शांति",), ("peace",))
    found = measured(tmp_path, alone, TextBlock("yor_Latn", ("ẹ̀tọ́",)), beside)
    assert found["yor_Latn"].costs[0].premium is None
    assert found["yor_Latn"].byte_premium is None
    hindi = found["hin_Deva"]
    assert (hindi.texts, hindi.parallel_texts) == (2, 1)
    assert hindi.costs[0].premium == pytest.approx(bytes_of("शांति") / bytes_of("peace"))
    assert hindi.costs[0].tokens == bytes_of(TEXTS["hin_Deva"]) + bytes_of("शांति")


def test_a_language_without_text_is_no_row(tmp_path: Path) -> None:
    assert list(
        measured(tmp_path, TextBlock("hin_Deva", ("",)), TextBlock("yor_Latn", ()), TextBlock("nqo_Nkoo", ("ߡߐ߱",)))
    ) == ["nqo_Nkoo"]


def test_pairs_stand_beside_english_whichever_side_it_is() -> None:
    pairs = [("eng_Latn", "a", "swh_Latn", "b"), ("swh_Latn", "c", "eng_Latn", "d"), ("swh_Latn", "e", "hin_Deva", "f")]
    assert list(pair_with_english(pairs)) == [
        TextBlock("eng_Latn", ("a", "d"), ("a", "d")),
        TextBlock("hin_Deva", ("f",), None),
        TextBlock("swh_Latn", ("e",), None),
        TextBlock("swh_Latn", ("b", "c"), ("a", "d")),
    ]
