"""Which models of a home have seen a document: the trainings of its runs, and what these went on from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.errors import ArtifactError, RecipeError
from emma.inspect.ledger.open import find_released
from emma.pipeline.corpus import find_input, read_provenance
from emma.pipeline.home import Home, Run
from emma.pipeline.origins import list_origins
from emma.pipeline.unheeded import count_each, match_removals, sum_kept
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


def match_runs(home: Home, removals: Sequence[Removal]) -> list[list[RunMatch]]:
    """For each removal what each run of a home has of it, runs that have nothing too. A document that several removals
    name counts with one of them.

    A run of which something is gone hinders nobody from removing: it says so in its row.
    """
    runs = [run for run in home.list_runs() if "collect" in run.addresses]
    counts = {run.name: np.zeros((3, len(removals)), np.int64) for run in runs}
    before, unknown = dict[str, list[str]](), dict[str, str]()
    for run in runs:
        try:
            counts[run.name] = match_run(run, removals)
            before[run.name] = list_ancestors(run, runs)
        except (ArtifactError, RecipeError) as error:
            unknown[run.name] = str(error)

    def describe(run: str, number: int) -> RunMatch:
        collected, kept, trained = counts[run][:, number].tolist()
        came_from = tuple(name for name in before.get(run, ()) if counts[name][2, number])
        return RunMatch(run, collected, kept, trained, came_from, unknown.get(run, ""))

    return [[describe(run.name, number) for run in runs] for number in range(len(removals))]


def match_run(run: Run, removals: Sequence[Removal]) -> NDArray[np.int64]:
    """Documents that each removal names, int64 (3, removals): collected, kept and trained."""
    collect, number = run.artifact("collect"), len(removals)
    named = [match_removals(shard, removals) for shard in collect.parts["documents"]]
    collected = sum((count_each(numbers, number) for numbers in named), np.zeros(number, np.int64))
    kept = np.zeros(number, np.int64)
    if is_of(run, "curate", collect):
        kept = sum_kept(named, run.artifact("curate"), number)
    return np.stack([collected, kept, count_trained(run, removals)])


def is_of(run: Run, stage: str, collect: Artifact) -> bool:
    """Whether a stage of the run is done, and was made from these documents."""
    if stage not in run.addresses:
        return False
    return bool(read_provenance(run.artifact(stage))["inputs"]["collect"] == collect.key)


def count_trained(run: Run, removals: Sequence[Removal]) -> NDArray[np.int64]:
    """How many of the documents that each removal names trained the run's model, int64 (removals,); 0 without one."""
    none = np.zeros(len(removals), np.int64)
    if (ledger := find_released(run)) is not None:
        batches = shards.batches(ledger, ["id", "source", "url"])
        return sum((count_in_ledger(batch, removals) for batch in batches), none)
    if (corpus := find_trained_corpus(run)) is None:
        return none
    collect, curate = corpus
    named = (match_removals(shard, removals) for shard in collect.parts["documents"])
    return sum_kept(named, curate, len(removals), "train")


def count_in_ledger(batch: pa.RecordBatch, removals: Sequence[Removal]) -> NDArray[np.int64]:
    """How many rows of a ledger each removal names, int64 (removals,)."""
    found = np.full(batch.num_rows, NOBODY, np.int64)
    for number, removal in enumerate(removals):
        if removal.source is not None:
            found[pc.equal(batch["source"], removal.source).to_numpy(zero_copy_only=False)] = number
        elif removal.url is not None:
            found[match_pattern(batch["url"], removal.url)] = number
    match_ids(batch["id"], [(number, one) for number, one in enumerate(removals) if one.id is not None], found)
    return count_each(found, len(removals))


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
