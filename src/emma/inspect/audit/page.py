"""The sheet as a page to print: one HTML file with its style inside, every text in its own direction."""

from pathlib import Path

from emma.inspect.audit.sheet import Sheet
from emma.ui.html import render_page

HERE = Path(__file__).parent


def page(sheet: Sheet) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    style = (HERE / "sheet.css").read_text(encoding="utf-8")
    return render_page(HERE / "sheet.html.jinja", sheet=sheet, style=style, tag=tag)


def tag(label: str) -> str:
    """A label as a BCP 47 tag, by which browsers choose fonts: `hin-Deva`."""
    return label.replace("_", "-")
