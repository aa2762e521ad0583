"""How two compiled corpora differ, as a page: one HTML file in the look of the report."""

from collections.abc import Iterator
from pathlib import Path

from emma.inspect.diff import Difference, LanguageChange
from emma.lang.coverage import is_language
from emma.lang.language import Lang
from emma.schemas import SPLITS
from emma.ui import html, numerals
from emma.ui.map import MapPoint, draw_map, map_script, map_style

HERE = Path(__file__).parent


def render_page(difference: Difference) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    languages = difference["languages"]
    return html.render_page(
        HERE / "diff.html.jinja",
        found=difference,
        map=draw_changes(difference),
        languages=languages,
        scripts=sorted({Lang.parse(row["lang"]).script for row in languages}),
        lang_of=Lang.parse,
        moved=lambda row: ", ".join(describe_moves(row)) or numerals.MISSING,
        share=find_change,
        style=html.page_style() + map_style(),
        script=html.page_script() + map_script(),
    )


def draw_changes(difference: Difference) -> str:
    """The map of what was kept: dots sized by the larger of both corpora, coloured by the change."""
    points = [
        MapPoint(row["lang"], find_change(row), max(row["bytes"]))
        for row in difference["languages"]
        if is_language(row["lang"])
    ]
    title = f"World map of {len(points)} languages that changed, coloured by the change of kept text"
    return draw_map(points, title, "%", ends=("less text", "more text"))


def find_change(row: LanguageChange) -> float:
    """The change of kept bytes, in per cent of the larger size: a language that came has +100, one that went -100."""
    before, after = row["bytes"]
    return 100 * (after - before) / max(before, after, 1)


def describe_moves(row: LanguageChange) -> Iterator[str]:
    """Drop reasons that took more documents than before, or fewer."""
    for outcome in row["outcomes"]:
        before, after = outcome["documents"]
        if outcome["outcome"] not in SPLITS and before != after:
            yield f"{outcome['outcome']} {numerals.format_signed(after - before, 0)}"
