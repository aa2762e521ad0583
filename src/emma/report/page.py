"""The report as a page: one HTML file with its style, script and charts inside, readable offline and without script."""

from collections.abc import Sequence
from pathlib import Path

from emma.lang.coverage import MEANINGS, is_language
from emma.lang.tiers import TIER_NAMES
from emma.report import charts
from emma.report.columns import choose_columns, format_interval, list_choices
from emma.report.groups import group_languages
from emma.report.headline import Headline
from emma.report.languages import LanguageRow
from emma.report.map import draw_world
from emma.report.pages import PageTexts, pack_pages
from emma.report.pareto import draw_pareto, list_bands
from emma.report.tables import Tables, count_drops, describe_rejects, list_shortfalls
from emma.report.task_section import TaskSection
from emma.report.validation_section import ValidationSection
from emma.ui.html import page_script, page_style, render_page
from emma.ui.map import map_script, map_style

HERE = Path(__file__).parent
NO_TEXTS = PageTexts()
SCRIPTS = ("elements", "data", "dots", "language", "route")
"""Parts of the page's script, in the order in which they know one another."""
COMPARED_WORDS = ("improved", "worse")


def render_report(
    rows: Sequence[LanguageRow],
    tables: Tables,
    headline: Headline,
    title: str,
    *,
    tasks: TaskSection | None = None,
    validation: ValidationSection | None = None,
    texts: PageTexts = NO_TEXTS,
) -> str:
    """The whole page. Needs the extra `report`."""
    return render_page(
        HERE / "page.html.jinja",
        title=title,
        head=headline,
        rows=sorted(rows, key=lambda row: (-row.train_bytes, row.lang)),
        columns=choose_columns(rows),
        choices=list_choices(rows),
        tiers=TIER_NAMES,
        language_count=sum(is_language(row.lang) for row in rows),
        groupings=group_languages(rows),
        pages=pack_pages(rows, tables, texts, tasks),
        unmeasured=[row for row in rows if not row.measured],
        world=draw_world(rows),
        charts=draw_charts(rows, tables),
        drops=count_drops(tables),
        shortfalls=list_shortfalls(tables),
        sources=[{**row, "note": describe_rejects(row)} for row in tables.sources],
        words=explain_words(headline),
        interval=format_interval,
        tasks=tasks,
        validation=validation,
        style=page_style() + map_style() + (HERE / "atlas.css").read_text(encoding="utf-8"),
        script=page_script() + map_script() + read_script(),
    )


def read_script() -> str:
    """The script of this page alone, in a scope of its own: dots that can be pointed at, and the pages of languages."""
    parts = [(HERE / "script" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return "{\n" + "\n".join(parts) + "}\n"


def explain_words(headline: Headline) -> dict[str, str]:
    """The meanings of the words that are counted in a headline."""
    shown = {word: meaning for word, meaning in MEANINGS.items() if f"languages_{word}" in headline}
    return {word: shown[word] for word in shown if headline["languages_compared"] or word not in COMPARED_WORDS}


def draw_charts(rows: Sequence[LanguageRow], tables: Tables) -> dict[str, str]:
    """The charts by their names in the template; program code is only where gains and losses are."""
    languages = [row for row in rows if is_language(row.lang)]
    return {
        "bits": charts.draw_bits_per_byte(rows),
        "gain": charts.draw_gain_by_data(rows),
        "ranked": charts.draw_gain_by_rank(rows),
        "pareto": draw_pareto(list_bands(rows)),
        "fertility": charts.draw_fertility(languages),
        "data": charts.draw_data_by_rank(languages),
        "positions": charts.draw_positions(tables.positions),
        "loss": charts.draw_loss(tables.metrics),
    }
