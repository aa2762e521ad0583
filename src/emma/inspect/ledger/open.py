"""Find the ledger of a model: beside a released one, else made from what the run's training drew."""

import tempfile
from pathlib import Path

import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.inspect.ledger.summary import choose_rows
from emma.pipeline.corpus import find_input, read_provenance
from emma.pipeline.home import Home, Run
from emma.pipeline.record import LOCK
from emma.release.config import ReleaseConfig
from emma.release.ledger import LEDGER_FILE, LedgerPart, make_ledger
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work


def find_ledger(
    home: Home, name: str | None, workers: int | None = None, lang: str | None = None, source: str | None = None
) -> tuple[str, list[Path]]:
    """What the ledger is of, and its files: `name` is a run, its folder, or a released model with a ledger beside it.

    Where it is yet to be made, only for the language and the source that are named. Raises RecipeError where it is none
    of these, or the run has not trained anything, or on nothing of that language or source.
    """
    folder = Path(name or "")
    for path in (folder / LEDGER_FILE, folder / "model" / LEDGER_FILE):
        if name is not None and path.is_file() and not (folder / LOCK).exists():
            return name, [path]
    run = home.choose_run(name, "emma ledger RUN")
    if (released := find_released(run)) is not None:
        return run.name, [released]
    return run.name, [part.file(LEDGER_FILE) for part in make_run_ledger(run, workers, lang, source)]


def find_released(run: Run) -> Path | None:
    """The ledger of the run's release, if that is of its present training and has one."""
    if not {"release", "train"} <= {*run.addresses}:
        return None
    release = run.artifact("release")
    if read_provenance(release)["inputs"]["train"] != run.addresses["train"]:
        return None
    return release.find(f"model/{LEDGER_FILE}")


def make_run_ledger(
    run: Run, workers: int | None = None, lang: str | None = None, source: str | None = None
) -> list[Artifact]:
    """Make the ledger of a run that has trained, or of one language and source of it.

    The tasks of a whole one are those of its release, which finds them done.
    """
    if "train" not in run.addresses:
        raise RecipeError(
            f"The run '{run.name}' has not trained a model yet, so no document has. `emma status` shows how far it is; "
            "curate's languages.parquet says what would train it."
        )
    train = run.artifact("train")
    pack, mix = (find_input(run.home, train, stage) for stage in ("pack", "mix"))
    inputs = {stage: find_input(run.home, pack, stage) for stage in ("collect", "curate")}
    is_whole = lang is None and source is None
    part = None if is_whole else choose_part(run.name, inputs["curate"], lang, source)
    with run.home.locked(), Local(workers) as executor, tempfile.TemporaryDirectory() as out:
        work = Work(run.home.store, "release", ReleaseConfig.version, "ledger", Path(out), executor, Reporter())
        return make_ledger(**inputs, pack=pack, mix=mix, train=train, work=work, part=part)


def choose_part(name: str, curate: Artifact, lang: str | None, source: str | None) -> LedgerPart:
    """The documents of a language and a source, by what curate counted, before any of them is read."""
    table = shards.read(curate.file("languages.parquet"))
    table = table.filter(pc.and_(pc.equal(table["outcome"], "train"), pc.greater(table["documents"], 0)))
    mine, label = choose_rows(name, table, lang, source)
    # Token files are of a language, from whatever source: all of it is looked through.
    seen = table.filter(pc.is_in(table["lang"], mine["lang"].combine_chunks()))["documents"]
    sources = tuple(sorted({*mine["source"].to_pylist()}))
    return LedgerPart(documents=pc.sum(seen).as_py() or 0, lang=label, sources=sources)
