"""An export by what people call a run and its languages, and what is said of it at its end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from emma.inspect.lookup import find_corpus_language
from emma.pipeline.corpus import Corpus
from emma.pipeline.export.choose import Request, read_tally
from emma.pipeline.export.counts import Exported
from emma.pipeline.export.run import export_corpus
from emma.pipeline.home import Home, Run
from emma.wording import plural

MAX_LISTED = 5
"""Reasons and sources that are named; further ones are counted."""
NOT_PUBLIC = {
    "derived": 'may not be passed on as text (redistribution = "derived"; what is made from it may)',
    "private": 'may not leave this house in any form (redistribution = "private")',
}
"""What holds for texts that are not public, by their class."""


def export_named(
    home: Home, run: str | None, to: Path | str, request: Request, *, force: bool, workers: int | None, quiet: bool
) -> Exported:
    """Export a run's corpus, languages by label, code or name. Raises as `export_corpus` and `choose_run` do."""
    found = home.choose_run(run, "emma export RUN --to DIR")
    if request.langs:
        request = replace(request, langs=find_labels(found, request.langs))
    return export_corpus(found, to, request, force=force, workers=workers, quiet=quiet)


def find_labels(run: Run, names: Sequence[str]) -> list[str]:
    """The labels of a run's corpus that some names stand for. Raises RecipeError or LanguageError."""
    present = sorted({row["lang"] for row in read_tally(Corpus.of(run).curate)})
    return [find_corpus_language(name, present).label for name in names]


def render_text(exported: Exported) -> Iterator[str]:
    """What was written, what was not, and whose texts may not be passed on."""
    said = "" if exported.is_new else " (as before: nothing has changed)"
    yield (
        f"{exported.folder}: {plural(exported.documents, 'document')}, {plural(exported.bytes, 'byte')} of text, in "
        f"{plural(exported.languages, 'language')} and {plural(exported.files, 'file')}{said}"
    )
    if exported.dropped:
        yield f"dropped by curation: {list_counts(exported.dropped)}"
    if exported.masked:
        yield f"masked: {list_counts(exported.masked)}"
    if exported.not_asked:
        yield f"kept, and not asked for: {plural(exported.not_asked, 'document')}"
    yield (
        f"together {plural(exported.collected, 'document')} collected; `datasets` loads "
        + ("all languages at once, with the column `lang`" if exported.has_one_config else "each language by its label")
    )
    for kind, sources in exported.not_public.items():
        yield f"warning: {plural(sum(sources.values()), 'document')} {NOT_PUBLIC[kind]}: {list_counts(sources)}"


def list_counts(counts: Mapping[str, int]) -> str:
    """Names with their counts, the first MAX_LISTED of them."""
    listed = ", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:MAX_LISTED])
    more = len(counts) - MAX_LISTED
    return f"{listed} and {more} more" if more > 0 else listed
