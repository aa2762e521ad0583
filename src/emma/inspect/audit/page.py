"""The sheet as a page to print: one HTML file with its style inside, every text in its own direction."""

from pathlib import Path

from emma.config.extras import need
from emma.inspect.audit.sheet import Sheet
from emma.ui import numerals

HERE = Path(__file__).parent


def page(sheet: Sheet) -> str:
    """The whole page. Needs the extra `report`; raises ExtraError without it."""
    jinja2 = need("jinja2", "report")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = (HERE / "sheet.css").read_text(encoding="utf-8")
    text: str = environment.get_template("sheet.html.jinja").render(sheet=sheet, n=numerals, style=style, tag=tag)
    return text


def tag(label: str) -> str:
    """A label as a BCP 47 tag, by which browsers choose fonts: `hin-Deva`."""
    return label.replace("_", "-")
