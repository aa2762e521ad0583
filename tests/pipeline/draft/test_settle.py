"""The language of a source, step by step: which witness is heard, which is refuted, and what is said of a guess."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from emma.pipeline.draft.draft import draft_sources
from emma.pipeline.draft.places import find_place
from emma.pipeline.draft.sources import DraftSource, Identify
from tests.conftest import TEXTS
from tests.pipeline.draft.test_run import draft, languages, lay_out

HAUSA = "Labarin yau yana da kyau, mutane suna zuwa kasuwa."
SWAHILI = "Habari za leo, rafiki yangu."


def settle(
    files: Mapping[str, str], folder: Path, identify: Identify | None = None, language: str = ""
) -> list[DraftSource]:
    """The sources of some files."""
    return draft_sources(find_place([lay_out(folder / "mine", files)]), identify, language).sources


def write_pairs(source: str, target: str) -> str:
    """A table of pairs."""
    return "source\ttarget\n" + "".join(f"{source} {n}\t{target} {n}\n" for n in range(9))


def told(source: DraftSource) -> dict[str, str]:
    """What is unsure, the licence aside, by setting."""
    return {doubt.setting: doubt.text for doubt in source.doubts if doubt.setting != "licence"}


def test_words_in_names_of_folders(tmp_path: Path) -> None:
    texts = {
        "amharic - from Sara": TEXTS["amh_Ethi"],
        "02_Hausa texts": HAUSA,
        "ar-EG": TEXTS["arb_Arab"],
        "中文": TEXTS["zho_Hans"],
    }
    files = {f"{folder}/{n}.txt": text for folder, text in texts.items() for n in range(2)}
    answer, recipe = draft(lay_out(tmp_path / "mine", files), tmp_path / "r.toml")
    (source,) = recipe.collect.sources
    assert source.codes == {"amharic": "amh_Ethi", "Hausa": "hau_Latn", "ar-EG": "ara_Arab", "中文": "zho_Hans"}
    assert languages(answer) == set(source.codes.values())
    (asked,) = [doubt.text for doubt in answer.draft.doubts if doubt.setting == "lang"]
    assert "taken from words in the names" in asked and "中文 is zho_Hans" in asked and "Is it " in asked


def test_one_word_is_the_language_of_all(tmp_path: Path) -> None:
    (source,) = settle({f"textes en wolof/{n}.txt": HAUSA for n in range(5)}, tmp_path)
    assert (source.config.lang, source.config.lang_from) == ("wol_Latn", None)


def test_folders_that_name_several_languages_or_none_are_asked_about(tmp_path: Path) -> None:
    names = ("Hausa and Wolof", "my notes", "Hausa")
    sources = settle({f"{name}/{n}.txt": HAUSA for name in names for n in range(2)}, tmp_path)
    assert [source.is_ready for source in sources] == [True, False]  # the small folders that nobody knows are joined
    assert "several languages in them: Hausa, Wolof" in told(sources[1])["lang"]


def test_the_script_refutes_a_name(tmp_path: Path) -> None:
    (source,) = settle({f"amharic teacher/{n}.txt": HAUSA for n in range(5)}, tmp_path)
    assert not source.is_ready and source.config.lang is None


def test_what_a_text_says_outranks_words_in_names(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps({"text": f"{SWAHILI} {n}", "lang": "sw"}) for n in range(9))
    (source,) = settle({"Hausa texts/a.jsonl": rows}, tmp_path)
    assert (source.config.lang, set(source.sample.languages)) == (None, {"swa_Latn"})


@pytest.mark.parametrize(
    "files, settings",
    [
        ({"en-sw/a.tsv": write_pairs("Good news today", SWAHILI)}, ("eng_Latn", "swa_Latn")),
        ({"km-ha/a.tsv": write_pairs(TEXTS["khm_Khmr"], HAUSA)}, ("khm_Khmr", "hau_Latn")),
        ({"mine/a.tsv": write_pairs("Good news today", SWAHILI)}, (None, None)),
    ],
)
def test_pairs_by_the_names_of_their_files(
    files: Mapping[str, str], settings: tuple[str | None, str | None], tmp_path: Path
) -> None:
    (source,) = settle(files, tmp_path)
    assert (source.config.lang, source.config.lang2) == settings
    assert source.is_ready == (settings[0] is not None)


def test_codes_of_another_scheme(tmp_path: Path) -> None:
    codes = {"Khmer": "khm_Khmr", "Yoruba": "yor_Latn", "Hindi": "hin_Deva"}
    rows = "\n".join(json.dumps({"text": TEXTS[label], "language": name}) for name, label in codes.items())
    (source,) = settle({"a.jsonl": rows}, tmp_path)
    assert set(source.sample.languages) == set(codes.values())


def test_codes_that_nobody_knows_are_named(tmp_path: Path) -> None:
    (source,) = settle({f"{n}/values-q{n}z/strings.xml": _android(SWAHILI) for n in range(2)}, tmp_path)
    assert not source.is_ready


def _android(text: str) -> str:
    strings = "".join(f'<string name="n{n}">{text} {n}</string>' for n in range(5))
    return f"<resources>{strings}</resources>"


def test_a_model_is_heard_where_it_agrees_with_itself(tmp_path: Path) -> None:
    files = {f"notes{n}.txt": SWAHILI for n in range(10)}
    (source,) = settle(files, tmp_path, lambda texts: ["swh_Latn"] * 7 + ["hau_Latn"] * (len(texts) - 7))
    assert source.config.lang == "swh_Latn" and "a model's word: swh_Latn (Swahili) for 70 %" in told(source)["lang"]
    (source,) = settle(files, tmp_path, lambda texts: ["swh_Latn"] * 6 + ["hau_Latn"] * (len(texts) - 6))
    assert source.config.lang is None and not source.is_ready
    assert any("does not agree on one language" in doubt.text for doubt in source.doubts)
    (source,) = settle(files, tmp_path, lambda texts: ["" for _ in texts])
    assert any("the model knows none" in doubt.text for doubt in source.doubts)


def test_the_goal_is_heard_before_a_model_and_is_no_answer_for_pairs(tmp_path: Path) -> None:
    (source,) = settle({"notes.txt": HAUSA}, tmp_path, lambda texts: ["swh_Latn" for _ in texts], "hau_Latn")
    assert source.config.lang == "hau_Latn" and "the goal names it alone" in told(source)["lang"]
    (source,) = settle({"a.tsv": write_pairs("Good news today", HAUSA)}, tmp_path / "pairs", None, "hau_Latn")
    assert source.config.lang is None and {"lang"} <= set(told(source))


def test_three_documents_in_a_script_of_one_language(tmp_path: Path) -> None:
    (source,) = settle({f"doc{n}.txt": TEXTS["nqo_Nkoo"] for n in range(3)}, tmp_path)
    assert source.config.lang == "nqo_Nkoo" and "guessed from the script" in told(source)["lang"]
