"""Which models of a home have seen a document: the trainings of its runs, and what these went on from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.errors import ArtifactError, RecipeError
from emma.inspect.ledger.open import find_released
from emma.pipeline.corpus import find_input, read_provenance
from emma.pipeline.home import Home, Run
from emma.pipeline.origins import list_origins
from emma.pipeline.unheeded import count_selected, match_documents
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.removal.match import NOBODY, match_ids, match_pattern
from emma.work.removal.rules import Removal


@dataclass(frozen=True)
class RunMatch:
    """What a run has of the documents that a removal names."""

    run: str
    collected: int
    kept: int
    """Of these, in any split of its last curation."""
    trained: int
    """Documents that its model was trained on: those that it drew where its release has a ledger, else all that it may
    have drawn."""
    came_from: tuple[str, ...] = ()
    """Runs whose models its model began as, where those had seen some."""
    unknown: str = ""
    """Why nobody can tell what it has, or what its model began as; empty where that is known."""

    @property
    def has_seen(self) -> bool:
        """Whether its model has seen any, itself or before."""
        return bool(self.trained or self.came_from)


def match_runs(home: Home, removal: Removal) -> list[RunMatch]:
    """What each run of a home has of the documents that a removal names; runs that have nothing of them too.

    A run of which something is gone hinders nobody from removing: it says so in its row.
    """
    runs = [run for run in home.list_runs() if "collect" in run.addresses]
    matches, before = list[RunMatch](), dict[str, list[str]]()
    for run in runs:
        counts, before[run.name], unknown = (0, 0, 0), [], ""
        try:
            counts = match_run(run, removal)
            before[run.name] = list_ancestors(run, runs)
        except (ArtifactError, RecipeError) as error:
            unknown = str(error)
        matches.append(RunMatch(run.name, *counts, unknown=unknown))
    trained = {match.run for match in matches if match.trained}
    return [replace(match, came_from=tuple(name for name in before[match.run] if name in trained)) for match in matches]


def match_run(run: Run, removal: Removal) -> tuple[int, int, int]:
    """Documents that a removal names: collected, kept and trained."""
    collect = run.artifact("collect")
    matches = [match_documents(shard, removal) for shard in collect.parts["documents"]]
    kept = count_selected(matches, run.artifact("curate"), None) if is_of(run, "curate", collect) else 0
    return sum(int(rows.sum()) for rows in matches), kept, count_trained(run, removal)


def is_of(run: Run, stage: str, collect: Artifact) -> bool:
    """Whether a stage of the run is done, and was made from these documents."""
    if stage not in run.addresses:
        return False
    return bool(read_provenance(run.artifact(stage))["inputs"]["collect"] == collect.key)


def count_trained(run: Run, removal: Removal) -> int:
    """How many of the documents that a removal names trained the run's model; 0 without one."""
    if (ledger := find_released(run)) is not None:
        return sum(count_in_ledger(batch, removal) for batch in shards.batches(ledger, ["id", "source", "url"]))
    if (corpus := find_trained_corpus(run)) is None:
        return 0
    collect, curate = corpus
    return count_selected([match_documents(shard, removal) for shard in collect.parts["documents"]], curate, "train")


def count_in_ledger(batch: pa.RecordBatch, removal: Removal) -> int:
    """How many rows of a ledger a removal names."""
    if removal.source is not None:
        return pc.sum(pc.equal(batch["source"], removal.source)).as_py() or 0
    if removal.url is not None:
        return int(match_pattern(batch["url"], removal.url).sum())
    found = np.full(batch.num_rows, NOBODY, np.int64)
    match_ids(batch["id"], [(0, removal)], found)
    return int((found != NOBODY).sum())


def find_trained_corpus(run: Run) -> tuple[Artifact, Artifact] | None:
    """The collect and curate that the run's model was trained from, whatever was collected since; None without one.

    Raises ArtifactError when they are gone.
    """
    if "train" not in run.addresses:
        return None
    pack = find_input(run.home, run.artifact("train"), "pack")
    return find_input(run.home, pack, "collect"), find_input(run.home, pack, "curate")


def list_ancestors(run: Run, runs: Sequence[Run]) -> list[str]:
    """The runs whose trained models the run's model began as, the last first.

    Raises ArtifactError where one of these is so far gone that nobody can tell.
    """
    trained = {key: other.name for other in runs if (key := other.addresses.get("train")) is not None}
    names: list[str] = []
    waiting = [run]
    while waiting:
        train = run.home.load("train", waiting.pop().addresses.get("train", ""))
        for key in () if train is None else list_origins(run.home, train):
            if (name := trained.get(key)) is not None and name not in (*names, run.name):
                names.append(name)
                waiting.append(run.home.run(name))
    return names
