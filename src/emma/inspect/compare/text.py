"""A comparison of runs in short, for a terminal: the page has every language."""

from collections.abc import Iterator

from emma.inspect.compare.runs import Against, Comparison
from emma.ui.numerals import format_count, format_decimal, format_signed
from emma.ui.terminal import format_table

MAX_SETTINGS = 20
MAX_VALUE = 30
"""Settings, and letters of a value, that a terminal shows."""


def render_text(found: Comparison) -> Iterator[str]:
    """The comparison, line by line."""
    names = [run["name"] for run in found["runs"]]
    heads = [run["headline"] for run in found["runs"]]
    rows = [["", *names, ""]]
    for word in ("trained", "measured", "improved", "worse"):
        rows.append([f"languages {word}", *(format_count(head[f"languages_{word}"]) for head in heads), ""])
    rows.append(["bits per byte, mean", *(format_decimal(head["bpb_adapted"], 3) for head in heads), ""])
    yield from format_table(rows, right=range(1, len(names) + 1))
    yield ""
    for each in found["against_first"]:
        yield describe_against(each["name"], names[0], each)
    yield from render_settings(found)


def describe_against(name: str, first: str, each: Against) -> str:
    """One run against the first, in a sentence."""
    apart = f" {format_count(each['apart'])} were measured on different documents only." if each["apart"] else ""
    if each["gain"] is None:
        return f"{name} and {first} have no test document in common: their languages cannot be compared.{apart}"
    doubt = f" {describe_guessing(each['guessing'], first)}" if each["guessing"] else ""
    return (
        f"{name} against {first}, on the test documents of both: {format_count(each['compared'])} languages compared, "
        f"{format_count(each['better'])} better, {format_count(each['worse'])} worse, {format_count(each['unsure'])} "
        f"unsure; a gain of {format_signed(each['gain'], 1)} % in bits per byte, mean of languages.{apart}{doubt}"
    )


def describe_guessing(languages: int, name: str) -> str:
    """That gains on a model which cannot read say little."""
    said = "their gains say" if languages > 1 else "its gain says"
    return (
        f"In {format_count(languages)} of them {name} is worse than guessing bytes (above 8 bits per byte), so {said} "
        "little."
    )


def render_settings(found: Comparison) -> Iterator[str]:
    """The settings that differ."""
    rows = found["settings"]
    if rows:
        yield ""
        yield from format_table([[row["setting"], *map(shorten_value, row["values"])] for row in rows[:MAX_SETTINGS]])
    if len(rows) > MAX_SETTINGS:
        yield f"and {format_count(len(rows) - MAX_SETTINGS)} more settings differ: the page and --json have all"


def shorten_value(value: object) -> str:
    """A value in few letters."""
    text = "–" if value is None else str(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
