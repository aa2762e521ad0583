"""Side by side where the terminal is wide enough, one under another where it is not."""

import pytest

from emma.inspect.trial.answers import Trial
from emma.inspect.trial.show import CUT, MOST_LINES, render_trial
from emma.ui.numerals import MISSING
from tests.conftest import TEXTS
from tests.ui.test_columns import by_character

ISOLATES = dict.fromkeys((0x2066, 0x2067, 0x2069))


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("width", [40, 80, 160])
def test_the_frame_holds_in_every_script(lang: str, width: int) -> None:
    text = TEXTS[lang]
    trial = Trial(text, {"base": f"{text}\n{text}", "adapted": f"{text} " * 5}, lang, f" {text}")
    lines = [line.translate(ISOLATES) for line in render_trial(trial, width)]
    assert all(by_character(line) <= width for line in lines)
    places = {by_character(line[: line.index("│")]) for line in lines if "│" in line}
    assert len(places) == (width >= 80)
    assert lines[0].startswith(f"{lang} · ")
    assert all(any(line.startswith(name) for line in lines) for name in ("text", "goes on", "base"))


def test_one_model_alone_and_one_that_writes_nothing() -> None:
    lines = [*render_trial(Trial("a", {"adapted": " \n\n"}), 80)]
    assert len(lines) == 2 and lines[1].translate(ISOLATES).split() == ["adapted", MISSING]


def test_one_broken_character_stands_for_many() -> None:
    (_, line) = render_trial(Trial("a", {"adapted": "ߞ" + 40 * "\ufffd"}), 80)
    assert "ߞ\ufffd… (40 broken characters)" in line.translate(ISOLATES)


def test_long_texts_are_cut_where_they_matter_least() -> None:
    many = "\n".join(str(number) for number in range(100))
    lines = [line.translate(ISOLATES).strip() for line in render_trial(Trial(many, {"adapted": many}, None, many), 80)]
    assert lines[0].split() == ["text", CUT] and lines[MOST_LINES["text"] - 1] == "99"
    assert lines[MOST_LINES["text"]].split() == ["goes", "on", "0"] and lines[-1] == CUT
    assert len(lines) == MOST_LINES["text"] + MOST_LINES["goes on"] + MOST_LINES["answer"]
