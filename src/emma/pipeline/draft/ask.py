"""Ask a person on a terminal what the files do not say, and put the answers into the draft."""

from collections.abc import Callable
from pathlib import Path

from emma.errors import LanguageError
from emma.pipeline.draft.languages import resolve_answer
from emma.pipeline.draft.licences import UNKNOWN, to_spdx
from emma.pipeline.draft.sources import Draft, DraftSource
from emma.pipeline.draft.trials import FIRST_ROWS, read_sample

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
