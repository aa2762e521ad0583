"""Folders of real text are read as people read them; benchmarks/new.py compares all of them, and whole."""

from pathlib import Path

import pytest

from emma.pipeline.draft.run import NewQuestion, draft_recipe

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the shared data is not on this machine"),
]


@pytest.mark.parametrize(
    "folder, reader, fields, languages",
    [
        ("bench/mgsm", "csv", {"text": "1"}, 8),
        ("bench/xcopa", "jsonl", {"text": ("premise", "choice1", "choice2")}, 11),
        ("bench/xquad", "json", {"text": "context"}, 6),
        ("bench/nusax/sentiment", "csv", {"text": "text"}, 12),
        ("mono/mediawiki_uls_json", "mediawiki_json", {}, 470),
        ("mono/open_bibles_xml", "usfx", {}, 2),
        ("bitext/tico19_tmx", "tmx", {}, 10),
        (
            "bitext/tatoeba_pairs.jsonl.zst",
            "jsonl",
            {"text": "src", "text2": "tgt", "lang": "src_code", "lang2": "tgt_code"},
            95,
        ),
    ],
)
def test_reader_columns_and_languages(folder: str, reader: str, fields: dict[str, object], languages: int) -> None:
    source = draft_recipe(NewQuestion((DATA / folder,))).draft.ready[0]
    assert (source.config.reader, source.config.fields) == (reader, fields)
    assert len(source.sample.languages) == languages


def test_a_table_of_labels_is_no_text() -> None:
    answer = draft_recipe(NewQuestion((DATA / "bench/taxi1500_labels",)))
    assert not answer.draft.sources and "verse_id" in answer.draft.unread[0][2]
