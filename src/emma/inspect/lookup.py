"""Finding what a person names: a run, a language of its corpus, a document or a reject by its id."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import LanguageError, RecipeError
from emma.lang.codes import find_language
from emma.lang.language import Lang
from emma.pipeline.corpus import Place
from emma.pipeline.home import LOCK, Home, Run
from emma.schemas import Row
from emma.store import shards
from emma.store.artifact import Artifact

MAX_IDS, MAX_LABELS = 5, 12
"""Ids of documents, and labels of languages, that a hint lists."""


def find_run(home: Home, name: str) -> Run:
    """A run of this home by its name, or of any home by the path of its folder. RecipeError where it is neither."""
    names = [run.name for run in home.list_runs()]
    if name in names:
        return home.run(name)
    path = Path(name)
    if (path / LOCK).exists():
        return Home(path.parent).run(path.name)
    listed = ", ".join(names) or "none yet"
    raise RecipeError(
        f"'{name}' is no run in {home.path}, which has: {listed}; nor is it the folder of a run. Name one of those, "
        "the folder of a run such as emma-runs/demo, or the home that has it with --home."
    )


def find_document(collect: Artifact, document: str) -> Place:
    """Shard number and row number of a document id. Raises RecipeError, with ids that come near, when there is none."""
    near: list[str] = []
    example = "source:file#row"
    for number, part in enumerate(collect.parts["documents"]):
        ids = shards.read(part.file("documents.parquet"), ["id"])["id"]
        at = pc.index(ids, pa.scalar(document)).as_py()
        if at >= 0:
            return number, at
        example = ids[0].as_py() if len(ids) and not number else example
        near.extend(ids.filter(pc.starts_with(ids, document.rpartition("#")[0] or document)).to_pylist())
    hint = hint_document(document, near) if near else f"An id is source:file#row, such as {example}."
    raise RecipeError(f"No document has the id '{document}'. {hint}")


def hint_document(document: str, near: Sequence[str]) -> str:
    """Suggest which of the ids `near` was meant: short texts are joined, and the document has the row of its first."""
    row = document.rpartition("#")[2]
    # Ids come in the order of rows, so the last one before is the document that the text was joined into.
    before = [other for other in near if row.isdigit() and int(other.rpartition("#")[2]) < int(row)]
    if before:
        return f"Row {row} may have been joined into {before[-1]}."
    return f"There are, for example: {', '.join(near[:MAX_IDS])}."


def find_reject(collect: Artifact, document: str) -> Row | None:
    """The reject with this id, a row of REJECTS; None where the id is no reject's."""
    for part in collect.parts["documents"]:
        for reject in shards.read(part.file("rejects.parquet")).to_pylist():
            if f"{reject['source']}:{reject['file']}#{reject['row']}" == document:
                return dict(reject)
    return None


def find_corpus_language(name: str, present: Sequence[str]) -> Lang:
    """The language among the labels `present` that a label, code or English name stands for.

    Raises RecipeError when none or several do, with those that come near; LanguageError when it is no language.
    """
    if name in present:
        return Lang.parse(name)
    if (lang := parse_if_label(name)) is not None:
        raise RecipeError(f"The corpus has no {name}. {hint_language(name, lang.iso639_3, present)}")
    try:
        iso, _ = find_language(name)
    except LanguageError:
        raise LanguageError(
            f"'{name}' is nothing that one language is called; 'emma lang {name}' says why. "
            f"{hint_language(name, '', present)}"
        ) from None
    langs = [lang for lang in map(Lang.parse, present) if lang.iso639_3 == iso]
    if len(langs) == 1:
        return langs[0]
    if langs:
        raise RecipeError(f"'{name}' stands in the corpus as {', '.join(lang.label for lang in langs)}. Say which.")
    raise RecipeError(f"'{name}' is {iso}, of which the corpus has nothing. {hint_language(name, iso, present)}")


def parse_if_label(name: str) -> Lang | None:
    """The language of a label; None for any other name."""
    try:
        return Lang.parse(name)
    except LanguageError:
        return None


def hint_language(name: str, iso: str, present: Sequence[str]) -> str:
    """Labels that may be meant: of the same language, its macrolanguage or members, or spelt alike."""
    related = find_related_languages(iso)
    near = [label for label in present if Lang.parse(label).iso639_3 in related]
    names = {Lang.parse(label).name.lower(): label for label in present}
    near += get_close_matches(name, present, n=4, cutoff=0.7)
    near += [names[each] for each in get_close_matches(name.lower(), names, n=4, cutoff=0.75)]
    near = list(dict.fromkeys(near))
    if near:
        return f"Near it are: {', '.join(near[:MAX_LABELS])}."
    if len(present) <= MAX_LABELS:
        return f"It has {', '.join(present) or 'none'}."
    return f"It has {len(present)} languages: {', '.join(present[:MAX_LABELS])}…."


def find_related_languages(iso: str) -> set[str]:
    """A language, its macrolanguage and their members, as ISO 639-3."""
    from iso639 import Language, LanguageNotFoundError

    from emma.lang.macro import members_of

    if not iso:
        return set()
    try:
        above = Language.from_part3(iso).macrolanguage
    except LanguageNotFoundError:
        return {iso}
    return {iso, *members_of(iso), *((above, *members_of(above)) if above else ())}
