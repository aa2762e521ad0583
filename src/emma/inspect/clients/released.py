"""What is asked: a finished run's release, and beside it the artifacts that it was made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from emma.inspect.clients.reference import Reference, measure_reference
from emma.models.folder import CONFIG, configured_type, read_model_json
from emma.pipeline.home import Run
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
    adapt: Artifact
    train: Artifact

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
    names = ("vocab", "pack", "adapt", "train")
    made = {name: run.artifact(name) for name in names}
    return Released(release.file("model"), release.file("corpus"), release=release, **made)
