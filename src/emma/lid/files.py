"""Find a model, which is a file, a folder that holds one, or a repository of the hub, and read the facts about it."""

import re
from pathlib import Path
from typing import Literal, NamedTuple

import orjson

from emma.config.extras import need
from emma.errors import SourceError

MODEL_FILE = "model.bin"
"""Name of a model's file where none is given."""
FACTS_FILE = "lid.json"
"""Name of the file beside a model that says what it is, and how it wants its text."""

Spelling = Literal["plain", "letters"]
"""Spelling in which a model wants its text: as it is, or in lower case without digits, punctuation and symbols."""


class HubFile(NamedTuple):
    """A file of the Hugging Face hub, written `owner/repository[/file][@revision]`."""

    repository: str
    file: str
    revision: str | None


def parse_hub_name(name: str) -> HubFile | None:
    """Parse a name on the hub; None for what can only be a path."""
    match = re.fullmatch(r"([\w.-]+/[\w.-]+)(?:/([^@]+))?(?:@([\w./-]+))?", name)
    if not match or name.startswith((".", "/")) or match[1].endswith((".bin", ".ftz")):
        return None
    return HubFile(match[1], match[2] or MODEL_FILE, match[3])


def find_model_file(name: str, root: Path = Path()) -> Path:
    """Find the model's file, fetched from the hub if need be. Paths are seen from `root`, then from here.

    Raises SourceError when there is none, or the hub cannot be reached and nothing was fetched before.
    """
    for place in (root / name, Path(name)):
        if place.is_file():
            return place
        if (place / MODEL_FILE).is_file():
            return place / MODEL_FILE
    if (hub := parse_hub_name(name)) is None:
        folders = " and in ".join(dict.fromkeys((str(root.absolute()), str(Path.cwd()))))
        raise SourceError(
            f"There is no language-identification model at '{name}' (looked in {folders}). "
            f"Name a fastText file (.bin, .ftz), a folder with {MODEL_FILE}, or "
            "owner/repository@revision of the Hugging Face hub."
        )
    return _fetch(hub, name)


def read_spelling(model: Path) -> Spelling:
    """Read how a model wants its text from what stands beside its file; plain if nothing does."""
    try:
        facts = orjson.loads((model.parent / FACTS_FILE).read_bytes())
    except (OSError, ValueError):
        return "plain"
    return "letters" if isinstance(facts, dict) and facts.get("spelling") == "letters" else "plain"


def _fetch(hub: HubFile, name: str) -> Path:
    library = need("huggingface_hub", "lid")
    try:
        return Path(library.hf_hub_download(hub.repository, hub.file, revision=hub.revision)).resolve()
    except (OSError, ValueError) as error:  # offline, not there, not allowed: the library's errors are among these
        reason = str(error).strip().split("\n")[0]
        raise SourceError(
            f"The language-identification model '{name}' is neither a file nor could it be fetched from the Hugging "
            f"Face hub: {reason} On a machine with a connection: hf download {hub.repository} {hub.file}"
            f"{f' --revision {hub.revision}' if hub.revision else ''}; then name the file's path."
        ) from None
