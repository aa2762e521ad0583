"""The goal in words, and settings from the bytes that were seen."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emma.errors import LanguageError
from emma.pipeline.draft.goal import Goal, choose_settings, count_seen, estimate_bytes, read_goal
from emma.pipeline.draft.run import NewQuestion, draft_recipe
from tests.conftest import TEXTS
from tests.pipeline.draft.test_run import lay_out

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


def draft_of(**sizes: int) -> Any:
    """A draft of one source of which a hundredth was read, four bytes a character."""
    languages = Counter({label: size // 100 for label, size in sizes.items()})
    chars = languages.total() // 4
    sample = SimpleNamespace(
        languages=languages, text_bytes=languages.total(), text_chars=chars, passed_chars=chars, rows=[]
    )
    return SimpleNamespace(ready=[SimpleNamespace(sample=sample, scale=100.0)])


def test_tokens_pieces_and_batch_are_counted_by_hand() -> None:
    draft = draft_of(zgh_Tfng=300_000_000, eng_Latn=100_400_000)
    assert count_seen(draft.ready) == {"zgh_Tfng": 300_000_000, "eng_Latn": 100_400_000}
    whole = choose_settings(draft, Goal(), "base")
    assert "curate" not in whole
    # 0.8 of 400.4 MB, seen twice in tokens of three bytes: 213.5 M, in 2,000 batches of 2^16 or a little more
    assert whole["mix"]["tokens"] == 210_000_000 and whole["mix"]["sequence_length"] == 1_024
    assert whole["train"] == {"batch_tokens": 65_536} and whole["vocab"] == {"new_pieces": 32_000}
    english = choose_settings(draft, Goal({"English": ("eng_Latn",)}), "base", 512)
    assert english["curate"] == {"languages": ["eng_Latn"]}
    assert english["vocab"] == {"new_pieces": 20_000}  # 80.32 MB in hundreds of pieces, each of 4 kB
    assert english["mix"]["tokens"] == 53_000_000 and english["mix"]["sequence_length"] == 512
    assert choose_settings(draft, Goal({"Tamazight": ("zgh_Tfng",)}), "")["curate"] == {"languages": ["zgh_Tfng"]}


def test_a_macrolanguage_is_its_members_and_they_are_it() -> None:
    seen = Counter({"swa_Latn": 3, "swh_Latn": 2, "kin_Latn": 1})
    assert read_goal("swa", seen).labels == {"swa": ("swa_Latn", "swh_Latn")}
    assert read_goal("swh", seen).labels == {"swh": ("swa_Latn", "swh_Latn")}
