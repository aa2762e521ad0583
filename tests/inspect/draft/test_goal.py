"""The goal in words, and settings from the bytes that were seen."""

from collections import Counter
from pathlib import Path

import pytest

from emma.errors import LanguageError
from emma.inspect.draft.goal import choose_settings, count_seen, estimate_bytes, read_goal
from emma.inspect.draft.run import NewQuestion, draft_recipe
from tests.conftest import TEXTS
from tests.inspect.draft.test_run import lay_out

SEEN = Counter({"swh_Latn": 10, "swc_Latn": 5, "hau_Latn": 4, "hau_Arab": 2, "eng_Latn": 9})


def test_names_in_any_form() -> None:
    goal = read_goal("Swahili, ha & English", SEEN)
    assert goal.labels == {
        "Swahili": ("swc_Latn", "swh_Latn"),
        "ha": ("hau_Arab", "hau_Latn"),
        "English": ("eng_Latn",),
    }
    assert read_goal("Wolof und Hausa", SEEN).missing == {"Wolof": "wol_Latn"}
    assert read_goal("", SEEN).labels == {}


def test_no_language() -> None:
    with pytest.raises(LanguageError, match="--goal"):
        read_goal("Swahili and nothing", SEEN)


def test_bytes_of_files_that_were_read_in_part(tmp_path: Path) -> None:
    text = "".join(f"{TEXTS['yor_Latn']} {number}\n" for number in range(5_000))
    answer = draft_recipe(NewQuestion((lay_out(tmp_path / "mine", {"yor_Latn.txt": text}),)))
    assert estimate_bytes(answer.draft.sources[0]) == pytest.approx(len(text.encode()), rel=0.02)


def test_settings_follow_the_text(tmp_path: Path) -> None:
    files = {f"{label}.txt": f"{text}\n" * 3 for label, text in TEXTS.items()}
    draft = draft_recipe(NewQuestion((lay_out(tmp_path / "mine", files),))).draft
    goal = read_goal("Yoruba", count_seen(draft.ready))
    assert choose_settings(draft, goal, "") == {"curate": {"languages": ["yor_Latn"]}}
    whole = choose_settings(draft, goal, "base")
    assert whole["curate"]["languages"] == ["yor_Latn", "eng_Latn"]  # to be replayed it must be kept
    assert whole["mix"]["tokens"] == 50_000 and whole["vocab"]["new_pieces"] == 0
