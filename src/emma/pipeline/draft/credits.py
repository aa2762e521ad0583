"""Whom a licence asks to name: what files say of authors, kept so that it goes out with the text."""

import re
from pathlib import Path

from emma.collect.files.inputs import find_files
from emma.collect.files.names import list_metadata
from emma.collect.readers.registry import load_reader
from emma.pipeline.draft.places import MAX_ROW_BYTES
from emma.pipeline.draft.sources import DraftSource

ASKS = re.compile("CC-BY", re.IGNORECASE)
"""Licences that ask to name authors begin so."""
CREDITS = frozenset({
    "attribution", "author", "authors", "contributor", "creator", "credit", "credits", "dc.creator", "editor",
    "illustrator", "photographer", "rights_holder", "source_url", "translator", "translators",
})  # fmt: skip
"""Names of columns, keys and headers under which those stand who are to be named; the last part of a nested one."""
OF_READER = {"storybook": frozenset({"adaptation", "illustration", "text", "translated by", "translation"})}
"""Such names of one format alone: a story's `text` is who wrote it."""


def keep_credits(source: DraftSource, root: Path) -> None:
    """Keep what names those whom the licence asks to name; note a doubt where nothing in the files does."""
    config = source.config
    if source.is_benchmark or not ASKS.match(config.licence) or not source.sample.rows:
        return
    # the text itself is no name, whatever its column is called
    used = {name for names in config.fields.values() for name in ([names] if isinstance(names, str) else names)}
    if found := [name for name in _list_names(source, root) if is_credit(name, config.reader) and name not in used]:
        reason = "what the files say of each text; the licence asks to name authors, so it goes out with it"
        source.change(reason, keep=tuple(sorted({*config.keep, *found})))
    else:
        source.doubt(
            "keep",
            f"{config.licence} asks to name the authors, and nothing that is read of these files names one. Say whom "
            "to name in `origin`, which stands with every document.",
        )


def is_credit(name: str, reader: str) -> bool:
    """Whether a column, key or header names those who made a text, by what it is called."""
    word = name.lower()
    return {word, word.rpartition(".")[2]} & CREDITS != set() or word in OF_READER.get(reader, ())


def _list_names(source: DraftSource, root: Path) -> list[str]:
    """What could be kept of the first documents, by name, and columns, those inside of others too."""
    if not load_reader(source.config.reader).metadata:
        return []
    first = list_metadata(source.config, find_files(source.config, root), MAX_ROW_BYTES)
    return sorted({*first, *source.group.guess.columns})
