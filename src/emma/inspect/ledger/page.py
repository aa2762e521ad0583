"""A ledger as a page: one HTML file in the look of the report."""

from pathlib import Path

from emma.inspect.ledger.summary import CLASSES, LedgerSummary, count_rounds
from emma.lang.language import Lang
from emma.ui import html

HERE = Path(__file__).parent


def render_page(ledger: LedgerSummary) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    return html.render_page(
        HERE / "ledger.html.jinja",
        ledger=ledger,
        classes=CLASSES,
        scripts=sorted({Lang.parse(row["lang"]).script for row in ledger.languages}),
        lang_of=Lang.parse,
        rounds=count_rounds,
        style=html.page_style(),
        script=html.page_script(),
    )
