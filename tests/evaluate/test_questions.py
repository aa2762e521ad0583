"""Which languages and items are asked, and what is said of those that are not there."""

from pathlib import Path

import pytest

from emma.errors import LanguageError, RecipeError, SourceError
from emma.evaluate.engine.requests import Request
from emma.evaluate.questions import choose_items, choose_languages, describe_reading, find_fit, find_folders, read_task
from emma.evaluate.tasks.task import Asking, Item
from emma.lang.language import Lang
from tests.conftest import TEXTS
from tests.evaluate.tiny import Tiny, write_tiny

TIERS = {"swh_Latn": "low", "arb_Arab": "medium", "nqo_Nkoo": "low"}


@pytest.mark.parametrize(
    ("languages", "labels"),
    [
        ("corpus", ["arb_Arab", "nqo_Nkoo", "swh_Latn"]),
        ("low", ["nqo_Nkoo", "swh_Latn"]),
        ("khm_Khmr", ["khm_Khmr"]),
        (("low", "medium"), ["arb_Arab", "nqo_Nkoo", "swh_Latn"]),
        (("khm_Khmr", "medium"), ["arb_Arab", "khm_Khmr"]),
        ((), []),
        (("yo", "zh-Hant", "yor_Latn"), ["yor_Latn", "zho_Hant"]),
        ("zxx_Zyyy", ["zxx_Zyyy"]),  # program code, as benchmarks of it have it
    ],
)
def test_languages(languages: str | tuple[str, ...], labels: list[str]) -> None:
    assert [lang.label for lang in choose_languages(languages, TIERS) or ()] == labels


def test_all_languages() -> None:
    assert choose_languages("all", None) is None


@pytest.mark.parametrize(
    ("languages", "tiers", "error", "message"),
    [
        ("high", TIERS, RecipeError, "No language of the corpus is in tier 'high'; it has low, medium"),
        ("corpus", None, RecipeError, "write 'corpus of RUN'"),
        ("corpus", {}, RecipeError, "no language at all"),
        ("lows", TIERS, LanguageError, "'emma lang lows' says why. Name a label"),
    ],
)
def test_no_such_languages(languages: str, tiers: dict[str, str] | None, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        choose_languages(languages, tiers)


@pytest.mark.parametrize(
    ("lang", "fit"),
    [
        ("swh_Latn", "swh_Latn"),
        ("swa_Latn", "swh_Latn"),  # a macrolanguage stands for the member that is mostly meant
        ("cmn_Hans", "zho_Hans"),  # and the member for it
        ("cmn_Hant", None),
        ("yue_Hans", None),  # which another member does not
        ("zxx_Zyyy", None),
    ],
)
def test_a_language_under_its_other_name(lang: str, fit: str | None) -> None:
    there = [Lang.parse(label) for label in ("swh_Latn", "zho_Hans")]
    assert find_fit(Lang.parse(lang), there) == (fit and Lang.parse(fit))


def test_all_tasks_without_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"(?s)tiny.*had from the tests of EMMA.*\n.*tiny"):
        find_folders([Tiny(), Tiny()], tmp_path)


def items(lang: str) -> list[Item]:
    return [Item(f"{lang}{number}", 0, cluster=f"sentence {number}") for number in range(20)]


def test_a_limit_takes_the_same_sentences_in_every_language() -> None:
    chosen = {lang: choose_items(items(lang), 5) for lang in TEXTS}
    assert len({tuple(item.cluster for item in some) for some in chosen.values()}) == 1
    assert [item.id for item in chosen["khm_Khmr"]] == sorted(
        (item.id for item in chosen["khm_Khmr"]), key=lambda name: int(name.removeprefix("khm_Khmr"))
    )
    assert choose_items(items("x"), 30) == choose_items(items("x"), None) == items("x")


def test_a_limit_takes_a_question_on_every_text_before_a_second_on_one() -> None:
    asked = [Item(f"{text} {number}", 0, {}, cluster=text) for text in ("a", "b", "c") for number in range(3)]
    assert {item.cluster for item in choose_items(asked, 3)} == {"a", "b", "c"}
    assert len({item.id.split()[1] for item in choose_items(asked, 3)}) == 1


def test_read_task(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path, list(TEXTS)[:3]) / "tiny"
    with (folder / "tha_Thai.tsv").open("a") as file:
        file.write("only one\n")
    wanted = [Lang.parse(label) for label in ("tha_Thai", "lao_Laoo", "arb_Arab")]
    reading = read_task(Tiny(), folder, wanted, Asking(), limit=2)
    assert [(each.lang.label, each.variant, len(each.items), each.rejects) for each in reading.questions] == [
        ("arb_Arab", "cloze", 2, 0),
        ("arb_Arab", "direct", 2, 0),
        ("tha_Thai", "cloze", 2, 1),
        ("tha_Thai", "direct", 2, 1),
    ]
    assert [each.items[0].gold for each in reading.questions[:2]] == [0, TEXTS["arb_Arab"][:3]]
    requests: tuple[Request, ...] = reading.questions[0].requests[0]
    assert requests[0].prompt.shots
    assert list(describe_reading(reading)) == [
        "tiny has no items in lao_Laoo",
        "tiny: no items in 1 row, the first in tha_Thai.tsv, row 4: it has no three columns",
    ]


def test_all_languages_of_a_task(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path) / "tiny"
    reading = read_task(Tiny(), folder, None, Asking(shots=0), limit=None)
    assert {each.lang.label for each in reading.questions} == {*TEXTS, "cmn_Hans"} - {"zho_Hans"}
    assert not any(request.prompt.shots for each in reading.questions for (request,) in each.requests)
    assert not reading.absent


@pytest.mark.parametrize(
    ("there", "wanted", "names"),
    [
        (("ara_Arab", "zho_Hans"), None, ("arb_Arab", "cmn_Hans")),  # as a benchmark that says arb and cmn
        (("ara_Arab", "arb_Arab"), None, ("ara_Arab", "arb_Arab")),  # which are two here
        (("arb_Arab", "swh_Latn"), ("ara_Arab", "swh_Latn"), ("ara_Arab", "swh_Latn")),  # as the corpus has it
        (("swh_Latn",), ("swa_Latn", "swh_Latn"), ("swh_Latn",)),  # asked once, under its own name
    ],
)
def test_scores_stand_under_one_name(
    there: tuple[str, ...], wanted: tuple[str, ...] | None, names: tuple[str, ...], tmp_path: Path
) -> None:
    folder = write_tiny(tmp_path) / "tiny"
    lines = (folder / "tha_Thai.tsv").read_text(encoding="utf-8")
    for path in folder.glob("*.tsv"):
        path.unlink()
    for label in there:
        (folder / f"{label}.tsv").write_text(lines, encoding="utf-8")
    langs = None if wanted is None else [Lang.parse(label) for label in wanted]
    reading = read_task(Tiny(), folder, langs, Asking(), limit=None)
    assert [each.lang.label for each in reading.questions if each.variant == "cloze"] == list(names)
    assert not reading.absent
