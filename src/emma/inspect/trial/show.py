"""Texts of several models side by side, in the columns of a terminal."""

from collections.abc import Iterator, Sequence

from emma.inspect.trial.answers import Trial
from emma.lang.language import Lang
from emma.ui.columns import BORDER, Column, draw_columns, make_column, pad_line
from emma.ui.numerals import MISSING
from emma.ui.terminal import fold_unreadable

MIN_WIDTH = 28
"""Columns of a terminal below which texts stand one under another."""
INDENT = 10
"""Columns before a text in which its name stands."""
MOST_LINES = {"text": 6, "goes on": 6, "answer": 12}
"""Lines that are shown of each; `--json` has them whole."""
CUT = "…"


def render_trial(trial: Trial, width: int, *, is_terminal: bool = False) -> Iterator[str]:
    """The lines of a trial: what was given, what follows there, and what each model wrote."""
    if trial.lang is not None:
        yield f"{trial.lang} · {Lang.parse(trial.lang).name}"
    yield from render_part("text", trial.prompt, width)
    if trial.reference is not None:
        yield from render_part("goes on", trial.reference, width)
    each = (width - len(BORDER) * (len(trial.texts) - 1)) // max(len(trial.texts), 1)
    if len(trial.texts) == 1 or each < MIN_WIDTH:
        for name, text in trial.texts.items():
            yield from render_part(name, text, width)
        return
    yield ""
    names = [Column([name, "─" * each]) for name in trial.texts]
    yield from draw_columns(names, each, is_terminal=is_terminal)
    texts = [shorten_column(make_column(clean(text), each), MOST_LINES["answer"]) for text in trial.texts.values()]
    yield from draw_columns(texts, each, is_terminal=is_terminal)


def clean(text: str) -> str:
    """A text without blank lines before and blanks behind it; a dash where nothing else is in it.

    An early model writes bytes that are no characters, where it has learnt a script's bytes and not yet their order.
    """
    return fold_unreadable(text.strip("\n").rstrip()) or MISSING


def render_part(name: str, text: str, width: int) -> Iterator[str]:
    """A text behind its name."""
    most = MOST_LINES.get(name, MOST_LINES["answer"])
    column = shorten_column(make_column(clean(text), width - INDENT), most, from_end=name == "text")
    for head, line in zip([name] + [""] * len(column.lines), column.lines, strict=False):
        yield f"{head:<{INDENT}}{pad_line(line, width - INDENT, from_right=column.from_right)}".rstrip()


def shorten_column(column: Column, most: int, *, from_end: bool = False) -> Column:
    """The first lines of a column, or the last, where a model goes on from its end."""
    if len(column.lines) <= most:
        return column
    lines: Sequence[str] = [CUT, *column.lines[1 - most :]] if from_end else [*column.lines[: most - 1], CUT]
    return Column(lines, column.from_right)
