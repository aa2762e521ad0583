"""What the annotate stage reads from outside the store: a language-identification model, known by its content."""

from pathlib import Path
from typing import Any

from emma.annotate.config import AnnotateConfig
from emma.errors import RecipeError
from emma.lid.files import find_model_file, parse_hub_name, read_spelling
from emma.store.address import Fingerprints


def settle(section: AnnotateConfig, data: Path, cache: Path) -> tuple[AnnotateConfig, dict[str, Any] | None]:
    """The section with the place of its model filled in, and what the model is: its hash, or its name on the hub.

    Raises SourceError when the file is not there, RecipeError for a hub's repository without a revision.
    """
    lid = section.lid
    if lid is None or lid.model is None:
        return section, None
    settled = section.model_copy(update={"lid": lid.model_copy(update={"root": str(data.absolute())})})
    is_path = any((root / lid.model).exists() for root in (data, Path()))
    if is_path or (hub := parse_hub_name(lid.model)) is None:
        fingerprints = Fingerprints(cache)
        path = find_model_file(lid.model, data)
        digest = fingerprints.of(path)
        fingerprints.save()
        return settled, {"lid": digest, "spelling": lid.spelling or read_spelling(path)}
    if hub.revision is None:
        raise RecipeError(
            f'[annotate.lid] model = "{lid.model}" is not a file; as a repository of the Hugging Face hub it needs a '
            f'revision, since its files may change: "{lid.model}@commit".'
        )
    return settled, {"lid": lid.model}
