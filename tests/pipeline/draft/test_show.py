"""Rows that are shown, and answers of a person, which settle what the files do not say."""

from collections.abc import Callable, Sequence
from pathlib import Path

from emma.pipeline.draft.run import NewQuestion, draft_recipe, write_draft
from emma.pipeline.draft.show import ask_person, show_rows
from emma.pipeline.draft.sources import Row, Sample
from emma.pipeline.recipe import Recipe
from tests.pipeline.draft.test_run import lay_out

ROWS = [
    Row("a", 1, "ⴰⴱ", "zgh_Tfng", "ab", "eng_Latn"),
    Row("a", 2, "abc", ""),
    Row("a", 3, "ⴱ", "zgh_Tfng"),
    Row("b", 1, "ߊ", "nqo_Nkoo"),
]


def answering(answers: Sequence[str], asked: list[str]) -> Callable[[str], str]:
    """Give these answers in order, then none."""
    left = list(answers)

    def ask(question: str) -> str:
        asked.append(question)
        return left.pop(0) if left else ""

    return ask


def test_languages_and_licences(tmp_path: Path) -> None:
    question = NewQuestion((lay_out(tmp_path / "mine", {"notes.txt": "Habari za leo."}),), out=tmp_path / "r.toml")
    answer, asked = draft_recipe(question), list[str]()
    ask_person(answer.draft, answering(["Klingonian", "Swahili", "cc-by-4.0"], asked))
    assert len(asked) == 3 and "Klingonian" in asked[1]  # asked again, with what was wrong
    recipe = Recipe.read(write_draft(question, answer))
    assert (recipe.collect.sources[0].lang, recipe.collect.sources[0].licence) == ("swa_Latn", "CC-BY-4.0")
    assert [doubt.setting for doubt in answer.draft.doubts] == ["keep"]  # plain text names no author


def test_empty_answers_leave_it_open(tmp_path: Path) -> None:
    answer = draft_recipe(NewQuestion((lay_out(tmp_path / "mine", {"notes.txt": "Habari za leo."}),)))
    asked: list[str] = []
    ask_person(answer.draft, answering(["  ", " "], asked))
    assert len(asked) == 2  # spaces are no answer
    assert not answer.draft.ready and len(answer.draft.doubts) == 2


def test_a_language_is_in_the_script_of_its_text(tmp_path: Path) -> None:
    answer = draft_recipe(
        NewQuestion(
            (lay_out(tmp_path / "mine", {"notes.txt": "起初神創造天地。地是空虛混沌，淵面黑暗；神的靈運行在水面上。"}),)
        )
    )
    ask_person(answer.draft, answering(["Chinese"], []))
    assert answer.draft.sources[0].config.lang == "zho_Hant"


def test_rows_of_several_languages_are_shown_and_none_without_one() -> None:
    assert show_rows(Sample(rows=ROWS)) == [ROWS[0], ROWS[3], ROWS[2]]
    assert show_rows(Sample(rows=ROWS[1:2])) == ROWS[1:2]
