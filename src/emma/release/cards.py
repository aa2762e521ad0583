"""The cards: README.md of the model and of the corpus, front matter for the Hub and prose for people."""

from csv import writer
from io import StringIO
from pathlib import Path
from typing import Any

from emma.release.corpus import SCHEMA
from emma.release.facts import CardFacts
from emma.release.making import cite, list_addresses, list_settings
from emma.release.metadata import corpus_front, model_front
from emma.release.verdicts import MOST, group_languages
from emma.schemas import SPLITS
from emma.ui.html import render_markdown
from emma.work.by_language import needs_one_config

HERE = Path(__file__).parent
LARGEST = 100
"""Languages in the corpus card's table where there are too many for all of them."""
LANGUAGES_FILE = "languages.csv"
"""Name of the file that has all of them."""


def render_model_card(facts: CardFacts) -> str:
    """README.md of the model folder."""
    return render_card(
        "model.md.jinja",
        model_front(facts),
        facts,
        groups=group_languages(facts.languages),
        addresses=list_addresses(facts.addresses),
        settings=list(list_settings(facts.training)),
        citation=facts.section.citation or cite(facts.section.title, facts.section.authors, "Model"),
    )


def render_corpus_card(facts: CardFacts) -> str:
    """README.md of the corpus folder."""
    title = f"{facts.section.title}: corpus"
    largest = sorted(facts.sizes, key=lambda row: (-row.bytes, row.lang))
    return render_card(
        "corpus.md.jinja",
        corpus_front(facts),
        facts,
        columns=SCHEMA.names,
        addresses=list_addresses({name: facts.addresses[name] for name in ("collect", "curate")}),
        is_one_config=needs_one_config(len(facts.sizes), facts.section.max_configs),
        shown=facts.sizes if len(facts.sizes) <= MOST else largest[:LARGEST],
        citation=cite(title, facts.section.authors, "Data set"),
    )


def render_language_list(facts: CardFacts) -> str:
    """languages.csv of the corpus folder: a row for each language, with its documents by split."""
    out = StringIO()
    table = writer(out, lineterminator="\n")
    table.writerow(["lang", "name", "documents", "bitext", "bytes", *SPLITS])
    for row in facts.sizes:
        counts = (row.splits[split] for split in SPLITS)
        table.writerow([row.lang, row.name, row.documents, row.bitext, row.bytes, *counts])
    return out.getvalue()


def render_card(template: str, front: Any, facts: CardFacts, **more: Any) -> str:
    """Front matter, then the template filled in. Needs the extra `report`."""
    body = render_markdown(HERE / template, facts=facts, head=facts.headline, section=facts.section, **more)
    # The same line ends on every system; `chr`, as no backslash may stand in an f-string before Python 3.12.
    return f"---\n{front.to_yaml(line_break=chr(10)).strip()}\n---\n\n{body}"
