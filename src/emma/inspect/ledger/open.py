"""Find the ledger of a model: beside a released one, else made from what the run's training drew."""

import tempfile
from pathlib import Path

from emma.errors import RecipeError
from emma.pipeline.corpus import find_input, read_provenance
from emma.pipeline.home import LOCK, Home, Run
from emma.release.config import ReleaseConfig
from emma.release.ledger import LEDGER_FILE, make_ledger
from emma.store.artifact import Artifact
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work


def find_ledger(home: Home, name: str | None, workers: int | None = None) -> tuple[str, list[Path]]:
    """What the ledger is of, and its files: `name` is a run, its folder, or a released model with a ledger beside it.

    Raises RecipeError where it is none of these, or the run has not trained anything.
    """
    folder = Path(name or "")
    for path in (folder / LEDGER_FILE, folder / "model" / LEDGER_FILE):
        if name is not None and path.is_file() and not (folder / LOCK).exists():
            return name, [path]
    run = home.choose_run(name, "emma ledger RUN")
    if (released := find_released(run)) is not None:
        return run.name, [released]
    return run.name, [part.file(LEDGER_FILE) for part in make_run_ledger(run, workers)]


def find_released(run: Run) -> Path | None:
    """The ledger of the run's release, if that is of its present training and has one."""
    if not {"release", "train"} <= {*run.addresses}:
        return None
    release = run.artifact("release")
    if read_provenance(release)["inputs"]["train"] != run.addresses["train"]:
        return None
    return release.find(f"model/{LEDGER_FILE}")


def make_run_ledger(run: Run, workers: int | None = None) -> list[Artifact]:
    """Make the ledger of a run that has trained; the tasks are those of its release, which finds them done."""
    if "train" not in run.addresses:
        raise RecipeError(
            f"The run '{run.name}' has not trained a model yet, so no document has. `emma status` shows how far it is; "
            "curate's languages.parquet says what would train it."
        )
    train = run.artifact("train")
    pack, mix = (find_input(run.home, train, stage) for stage in ("pack", "mix"))
    inputs = {stage: find_input(run.home, pack, stage) for stage in ("collect", "curate")}
    with run.home.locked(), Local(workers) as executor, tempfile.TemporaryDirectory() as out:
        work = Work(run.home.store, "release", ReleaseConfig.version, "ledger", Path(out), executor, Reporter())
        return make_ledger(**inputs, pack=pack, mix=mix, train=train, work=work)
