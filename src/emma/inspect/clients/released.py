"""What is asked: a finished run's release, and beside it the artifacts that it was made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from emma.inspect.clients.reference import Reference, measure_reference
from emma.models.folder import CONFIG, TRAINING, configured_type, read_model_json
from emma.pipeline.home import Home, Run
from emma.pipeline.trainings import STAGE
from emma.store import shards
from emma.store.artifact import Artifact

SAMPLE_CHARACTERS = 300


def sample_texts(corpus: Path) -> list[str]:
    """The beginning of the first document of each language of a released corpus."""
    languages = sorted((corpus / "data").glob("*")) if (corpus / "data").is_dir() else []
    return [text for folder in languages for text in _first_text(folder)]


def _first_text(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.parquet")):
        for batch in shards.batches(path, ["text"]):
            yield batch["text"][0].as_py()[:SAMPLE_CHARACTERS]
            return


@dataclass(frozen=True)
class Released:
    """The folders of a release, and what EMMA itself makes of the model that it is of."""

    model: Path
    corpus: Path
    release: Artifact
    vocab: Artifact
    pack: Artifact
    train: Artifact
    initial: Artifact | None
    """The model that training began with; None if the store has it no more."""

    @cached_property
    def reference(self) -> Reference:
        """Ids, logits, costs and continuations from the trained model and its vocabulary."""
        trained, samples = self.train.file("model"), sample_texts(self.corpus)
        return measure_reference(trained, self.vocab.file("tokenizer"), samples, other_type(self.model, trained))


def other_type(released: Path, trained: Path) -> str | None:
    """The type that a release states for its weights, where that is another than the trained model's."""
    ours, theirs = (configured_type(read_model_json(folder / CONFIG)) for folder in (released, trained))
    return None if ours == theirs else ours


def open_released(run: Run) -> Released:
    """The release of a run. Raises RecipeError when the run has not come that far."""
    release = run.artifact("release")
    made = {name: run.artifact(name) for name in ("vocab", "pack", "train")}
    initial = find_initial(run.home, run.artifact("adapt"), made["train"])
    return Released(release.file("model"), release.file("corpus"), release=release, initial=initial, **made)


def find_initial(home: Home, adapt: Artifact, train: Artifact) -> Artifact | None:
    """The model that a training began with: the adapted base, or what `train.from` named; None if that is gone."""
    started = read_model_json(train.file("model") / TRAINING).get("started_from")
    if started is None:
        return adapt
    return home.load("train", started["artifact"]) or home.load(STAGE, started["artifact"])
