"""Show on a terminal what was seen and what is unsure, and ask a person what the files do not say."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from emma.errors import LanguageError
from emma.lang.language import Lang
from emma.pipeline.draft.credits import keep_credits
from emma.pipeline.draft.goal import Goal, estimate_bytes
from emma.pipeline.draft.languages import resolve_answer
from emma.pipeline.draft.licences import UNKNOWN, to_spdx
from emma.pipeline.draft.sources import Draft, DraftSource, Row, Sample
from emma.pipeline.draft.trials import FIRST_ROWS, read_sample
from emma.ui.numerals import format_bytes
from emma.ui.terminal import WIDTH, fold_line, format_snippet, format_table

SNIPPET_CELLS = 56
"""Columns of a snippet of text; a pair has two."""
MAX_LANGUAGES = 4
MAX_SHOWN = 3
"""Rows of a source that are shown."""


def render_draft(draft: Draft) -> Iterator[str]:
    """Lines for people."""
    files = len(draft.place.files)
    yield f"{draft.place.root}: {files:,} file{'s' if files != 1 else ''}"
    yield from (f"  {note}" for note in draft.place.notes)
    if draft.sources:
        yield ""
        yield from format_table(list(_list_sources(draft)), right=(2, 3, 4))
    common = list_common(draft)
    for source in draft.sources:
        yield ""
        yield from _show_source(source, common)
    if common:
        yield ""
        for (setting, text), names in common.items():
            yield from _indent(f"? {setting} of {_list_names(names, len(draft.sources))}: {text}")
    if draft.unread:
        yield ""
        yield "not read"
        for example, count, why in draft.unread:
            more = f" and {count - 1} more" if count > 1 else ""
            yield from _indent(f"{example}{more}: {why}")


def list_common(draft: Draft) -> dict[tuple[str, str], list[str]]:
    """Doubts that several sources have, each with their names: they are said once."""
    names: dict[tuple[str, str], list[str]] = {}
    for source in draft.sources:
        for doubt in source.doubts:
            names.setdefault((doubt.setting, doubt.text), []).append(source.name)
    return {key: sources for key, sources in names.items() if len(sources) > 1}


def _list_names(names: list[str], count: int) -> str:
    if len(names) == count:
        return "all sources"
    return ", ".join(names[:MAX_LANGUAGES]) + (
        f" and {len(names) - MAX_LANGUAGES} more" if len(names) > MAX_LANGUAGES else ""
    )


def _list_sources(draft: Draft) -> Iterator[list[str]]:
    yield ["source", "reader", "files", "text", "languages", "read"]
    for source in draft.sources:
        size = f"~{format_bytes(estimate_bytes(source))}"
        state = "as a benchmark" if source.is_benchmark else "yes"
        languages = f"{len(source.sample.languages):,}"
        state = state if source.is_ready else "not before you decide"
        yield [source.name, source.config.reader, f"{len(source.group.files):,}", size, languages, state]


def _show_source(source: DraftSource, common: Collection[tuple[str, str]]) -> Iterator[str]:
    languages = source.sample.languages
    shown = [f"{label} ({Lang.parse(label).name})" for label, _ in languages.most_common(MAX_LANGUAGES)]
    more = f" and {len(languages) - MAX_LANGUAGES} more" if len(languages) > MAX_LANGUAGES else ""
    yield f"{source.name}: {', '.join(shown) or 'language not known'}{more}"
    rows = [[row.lang or "?", _show_texts(row.text, row.text2)] for row in show_rows(source.sample)]
    for lang, text in rows:
        yield f"  {lang:8}  {text}"
    for doubt in source.doubts:
        if (doubt.setting, doubt.text) not in common:
            yield from _indent(f"? {doubt.setting}: {doubt.text}")


def show_rows(sample: Sample) -> list[Row]:
    """Three rows to show, of different languages and files as far as there are."""
    shown: list[Row] = []
    for differ in (lambda row: row.lang, lambda row: row.file, lambda row: (row.file, row.row)):
        for row in sample.named or sample.rows:
            if len(shown) < MAX_SHOWN and differ(row) not in {differ(other) for other in shown}:
                shown.append(row)
    return shown


def _show_texts(text: str, text2: str) -> str:
    if not text2:
        return format_snippet(text, SNIPPET_CELLS + 24)
    return f"{format_snippet(text, SNIPPET_CELLS // 2 + 10)} | {format_snippet(text2, SNIPPET_CELLS // 2 + 10)}"


def _indent(text: str) -> Iterator[str]:
    first, *rest = fold_line(text, WIDTH - 4)
    yield f"  {first}"
    yield from (f"    {line}" for line in rest)


def render_goal(goal: Goal) -> Iterator[str]:
    """What of the goal was found."""
    for name, labels in goal.labels.items():
        yield f"goal: {name}: {', '.join(labels)}"
    for name, label in goal.missing.items():
        yield f"goal: {name} ({label}): no text in it was seen; add a source that has some"


def render_closing(draft: Draft, path: Path, base: str) -> Iterator[str]:
    """What was written, and what to do next."""
    yield ""
    waiting = [source.name for source in draft.sources if not source.is_ready]
    yield f"{path} is written."
    if waiting:
        yield f"Not read before you decide: {', '.join(waiting)}. The recipe says at each what is missing."
    if draft.ready:
        yield f"Next: emma run {path}" + ("" if base else " --until curate")
    else:
        yield "It reads nothing yet: settle what it asks, then run it."


Ask = Callable[[str], str]
"""Asks a question; an empty answer leaves it open."""


def ask_person(draft: Draft, ask: Ask) -> None:
    """Ask for the languages and licences that are not known. Empty answers leave them so."""
    for source in draft.sources:
        for side in ("lang", "lang2"):
            if not source.is_ready and any(doubt.setting == side for doubt in source.doubts):
                _ask_language(source, side, draft.place.root, ask)
    _ask_licences(draft, ask)


def _ask_language(source: DraftSource, side: str, root: Path, ask: Ask) -> None:
    of = "the translations in " if side == "lang2" else ""
    question = (
        f"{source.name}: which language are {of}its texts in (a name, or a label such as swh_Latn; empty: leave open)? "
    )
    texts = [row.text2 if side == "lang2" else row.text for row in source.sample.rows[:FIRST_ROWS]]
    while answer := ask(question).strip():
        try:
            label = resolve_answer(answer, "\n".join(texts)).label
        except LanguageError as error:
            question = f"{error}\n{source.name}: which language? "
            continue
        source.change("as you said", **{side: label})
        source.sample = read_sample(source.config, root)
        source.is_ready = bool(source.sample.named)
        source.doubts = [doubt for doubt in source.doubts if doubt.setting != side]
        return


def _ask_licences(draft: Draft, ask: Ask) -> None:
    """One answer holds for all that follow, unless another is given."""
    unknown = [source for source in draft.sources if source.config.licence == UNKNOWN]
    if not unknown:
        return
    names = ", ".join(source.name for source in unknown)
    if answer := ask(f"Licence of {names} (SPDX, such as CC-BY-4.0; empty: not known)? ").strip():
        for source in unknown:
            source.change("as you said", licence=to_spdx(answer))
            source.doubts = [doubt for doubt in source.doubts if doubt.setting != "licence"]
            keep_credits(source, draft.place.root)
