"""The inputs that no stage has made, by content, for the artifact's address: benchmarks' data, and further models."""

from pathlib import Path

from emma.errors import RecipeError
from emma.evaluate.backends.open import FAKE, SERVER, find_model, name_models
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.metrics.translation import find_pieces_model
from emma.evaluate.questions import find_folders
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import TaskInfo
from emma.store.address import Fingerprints, address

RUN_MODELS = ("base", "adapted")
"""Names of the models of a run, which no further one may have."""


def resolve_benchmarks(
    section: EvaluateConfig, data: Path, cache: Path
) -> tuple[EvaluateConfig, dict[str, object] | None]:
    """Fill in where benchmarks lie; also what is in their files, and in the folders of further models.

    Raises RecipeError for a task or model that there is not, a name that two models have, and a baseline that none has,
    before anything is trained; SourceError for a task whose data is not here.
    """
    if not section.tasks:
        return section, None
    resolved = section.model_copy(update={"root": str(data.absolute())})
    tasks = [find_task(name) for name in section.tasks]
    known = Fingerprints(cache)
    folders = zip(tasks, find_folders(tasks, resolved.benchmarks_folder()), strict=True)
    raw = {
        task.info.name: [task.info.version, *(hash_folder(each, known) for each in list_folders(task.info, folder))]
        for task, folder in folders
    }
    models = name_models([*(f"{name}=" for name in RUN_MODELS), *section.models])
    if section.baseline not in models:
        raise RecipeError(f"evaluate.baseline: '{section.baseline}' is none of the models {', '.join(models)}.")
    places = [place for name, place in models.items() if name not in RUN_MODELS]
    for place in places:
        if not place.startswith((FAKE, *SERVER)):
            find_model(place)
    further = [hash_folder(Path(place), known) if Path(place).is_dir() else place for place in places]
    pieces = resolved.flores200_file() and find_pieces_model(resolved.flores200_file())
    files = [known.of(path) if path else None for path in (pieces, resolved.lid_file(), resolved.families_file())]
    known.save()
    return resolved, {"tasks": raw, "models": further, "metrics": files}


def list_folders(info: TaskInfo, folder: Path) -> list[Path]:
    """The folders that a task's items come from: its own, and those beside it that are there."""
    return [folder, *(place for name in info.beside if (place := folder.parent / name).is_dir())]


def hash_folder(folder: Path, known: Fingerprints) -> str:
    """The hash of names and contents of all files below a folder."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return address([[name, known.of(files[name])] for name in sorted(files)])
