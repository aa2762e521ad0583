"""Pages and cards from templates: one Jinja environment for HTML, with its values escaped, and one for Markdown.

A page is one file with its style, script and charts inside: it can be sent by mail, opened offline, and read without
script.
"""

import base64
import re
import unicodedata
import zlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from emma.config.extras import need
from emma.lang.coverage import is_language
from emma.ui import numerals
from emma.ui.terminal import END, ISOLATE

HERE = Path(__file__).parent
SPARE = {
    "style": re.compile(r"^[ \t]+|[ \t]*/\*.*?\*/\n?", re.DOTALL | re.MULTILINE),
    "script": re.compile(r"^[ \t]*(//.*\n)?", re.MULTILINE),
}
"""Comments and indents of a page's style and script: who looks for them finds them in the package."""


def render_page(template: Path, **values: Any) -> str:
    """An HTML page from a template, which extends `base.html.jinja`; `n` are the functions of `emma.ui.numerals`.

    `style` and `script` lose comments and indents. Needs the extra `report`; raises ExtraError without it.
    """
    for name in values.keys() & SPARE.keys():
        values[name] = SPARE[name].sub("", values[name])
    page: str = environment(template.parent, escape=True).get_template(template.name).render(**values)
    return page


def render_markdown(template: Path, **values: Any) -> str:
    """A Markdown file from a template, with filters `number` for figures and `cell` for text in tables.

    Needs the extra `report`; raises ExtraError without it.
    """
    text: str = environment(template.parent, escape=False).get_template(template.name).render(**values)
    return text


@lru_cache  # compiled templates are kept with their environment
def environment(folder: Path, escape: bool) -> Any:
    """The Jinja environment for the templates of a folder; a name that a template misses is an error."""
    jinja2 = need("jinja2", "report")
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, HERE]),
        autoescape=escape,
        undefined=jinja2.StrictUndefined,  # a name that is missing would be an empty place on a page
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.globals.update(n=numerals)
    filters = {"number": card_number, "cell": escape_cell, "isolate": isolate_rtl, "count_languages": count_languages}
    templates.filters.update(filters)
    return templates


def page_style() -> str:
    """The style that the pages on screens share."""
    return (HERE / "page.css").read_text(encoding="utf-8")


def page_script() -> str:
    """The script of pages with a table of languages: sorting, and filters."""
    return (HERE / "page.js").read_text(encoding="utf-8")


def pack_data(value: Any) -> str:
    """JSON that a page carries, deflated and in base64: `DecompressionStream` of any browser since 2023 opens it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)  # without a head: "deflate-raw"
    return base64.b64encode(deflate.compress(orjson.dumps(value)) + deflate.flush()).decode("ascii")


def count_languages(rows: Iterable[Any]) -> int:
    """How many rows are of languages: program code is a row, and no language."""
    return sum(is_language(row["lang"] if isinstance(row, dict) else row.lang) for row in rows)


def card_number(value: float | None, digits: int = 3) -> str:
    """A number of a card; a dash for what was not measured. Whole numbers get thousands in groups.

    In ASCII, unlike on pages: cards are searched and parsed.
    """
    if value is None:
        return numerals.MISSING
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"


def isolate_rtl(text: str) -> str:
    """A name that runs from the right, between isolates: it then moves nothing of the sentence that it stands in."""
    runs_from_right = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    return f"{ISOLATE}{text}{END}" if runs_from_right else text


def escape_cell(text: str) -> str:
    """Text that cannot end its cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
