"""How Sphinx builds the documentation: `make docs`. The pages are plain Markdown, read on GitHub as they are.

The whole repository is the source folder, so that a link from a page to a result, to CONTRIBUTING.md or to another page
is the same relative path here and on GitHub. What the site adds stands here: which page belongs where, which is said
once, in the lists of docs/index.md; and lists of decisions and results, which GitHub shows as folders.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
COMMANDS = re.compile(r"export |[A-Z_]+=|(emma|make|pip|python3?|torchrun|ray|srun|sbatch|git|docker|source)\b")

project = "EMMA"
copyright = "The EMMA authors, Apache-2.0"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "docs/index"
include_patterns = ["docs/**.md", "benchmarks/results/*.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
exclude_patterns = [".venv", ".git", "src", "tests", "emma-runs", "site", "**/__pycache__"]
myst_heading_anchors = 4
nitpicky = True
highlight_language = "text"

html_theme = "furo"
html_title = "EMMA"
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"top_of_page_buttons": []}

LINKS = re.compile(r"^- .*?\]\((?!http)([^)#]+)\.md\)", re.MULTILINE)
LISTED = {"docs/decisions/README": "*", "docs/measured": "../benchmarks/results/*"}
"""Pages that end with a list of all files of a folder, and which."""
START = '<!doctype html><meta charset="utf-8"><title>EMMA</title><meta http-equiv="refresh" content="0; url={0}">\n'


def setup(app: Sphinx) -> None:
    """Add what the site adds to the pages."""
    app.connect("source-read", add_lists)
    app.connect("doctree-read", colour_commands)
    app.connect("build-finished", lead_in)


def add_lists(_app: Sphinx, page: str, source: list[str]) -> None:
    """Write tables of contents: of the whole site behind the start page, of a folder behind the page about it."""
    if page == root_doc:
        _, *sections = re.split(r"^## (.+)$", source[0], flags=re.MULTILINE)
        for title, text in zip(sections[::2], sections[1::2], strict=True):
            source[0] += list_pages(LINKS.findall(text), title)
    elif page in LISTED:
        source[0] += f"\n```{{toctree}}\n:glob:\n:titlesonly:\n\n{LISTED[page]}\n```\n"


def list_pages(pages: list[str], title: str) -> str:
    """A section of the side bar, in MyST's words; empty for one that lists no pages."""
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```", ""]) if pages else ""


def colour_commands(_app: Sphinx, doctree: nodes.document) -> None:
    """Show indented blocks of commands as such, with their comments set back: Markdown has no word for it there."""
    for block in doctree.findall(nodes.literal_block):
        if "language" not in block and COMMANDS.match(block.astext()):
            block["language"] = "bash"


def lead_in(app: Sphinx, error: Exception | None) -> None:
    """Lead from the folder that was built to the start page in it."""
    if error is None and app.builder.format == "html":
        (Path(app.outdir) / "index.html").write_text(START.format(f"{root_doc}.html"), encoding="utf-8")
