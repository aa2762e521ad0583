"""The file that annotate reads from outside the store, a language-identification model, known by its content.

Apart from `identify`, since a stage's address is computed before anything heavy is imported.
"""

from pathlib import Path

from emma.annotate.config import AnnotateConfig
from emma.errors import RecipeError
from emma.lid.files import find_model_file, parse_hub_name, read_spelling
from emma.store.address import Fingerprints


def resolve_model(section: AnnotateConfig, data: Path, cache: Path) -> tuple[AnnotateConfig, dict[str, str] | None]:
    """Fill in where the section's model lies; also its identity: its hash, or its name on the hub.

    Raises SourceError when the file is not there, RecipeError for a hub's repository without a revision.
    """
    lid = section.lid
    if lid is None or lid.model is None:
        return section, None
    resolved = section.model_copy(update={"lid": lid.model_copy(update={"root": str(data.absolute())})})
    # A file wins over a repository of the hub with the same name: what lies here is what the user sees.
    is_path = any((root / lid.model).exists() for root in (data, Path()))
    if is_path or (hub := parse_hub_name(lid.model)) is None:
        fingerprints = Fingerprints(cache)
        path = find_model_file(lid.model, data)
        digest = fingerprints.of(path)
        fingerprints.save()
        return resolved, {"lid": digest, "spelling": lid.spelling or read_spelling(path)}
    if hub.revision is None:
        raise RecipeError(
            f'[annotate.lid] model = "{lid.model}" is not a file; as a repository of the Hugging Face hub it needs a '
            f'revision, since its files may change: "{lid.model}@commit".'
        )
    return resolved, {"lid": lid.model}
