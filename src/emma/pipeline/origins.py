"""Which trainings of a home a model began as, and whether it may leave the house for all of them."""

from collections.abc import Iterable, Iterator

from emma.errors import RecipeError
from emma.lang.coverage import removed_sources
from emma.pipeline.corpus import find_input, read_provenance
from emma.pipeline.home import Home
from emma.store import shards
from emma.store.artifact import Artifact


def list_origins(home: Home, train: Artifact) -> Iterator[str]:
    """The addresses of trainings that a model began as: its base, and what `train.from` names.

    Raises ArtifactError where what would tell is gone.
    """
    inputs = read_provenance(train)["inputs"]
    base = read_provenance(find_input(home, train, "adapt"))["inputs"].get("base") if "adapt" in inputs else None
    whose = find_whose(home, inputs.get("start", ""))
    yield from (key for key in (inputs.get("start"), base, whose) if key)


def refuse_private_origins(home: Home, inputs: Iterable[Artifact]) -> None:
    """RecipeError where a run begins as a model of this home that a private source has trained, at any remove;
    ArtifactError where what would tell is gone."""
    waiting = [key for artifact in inputs for key in (artifact.key, find_whose(home, artifact.key)) if key is not None]
    seen = set[str]()
    while waiting:
        key = waiting.pop()
        if key in seen or (train := home.load("train", key)) is None:
            continue
        seen.add(key)
        if private := list_private(home, train):
            raise RecipeError(
                f"The model that this run begins as was trained on '{private[0]}', which is declared "
                '`redistribution = "private"`, so none that is made of it may be released. Stop before this stage '
                '(--until report), begin as another model, or declare the source "derived" there if its owner lets '
                "models go out but not the text."
            )
        waiting += list_origins(home, train)


def find_whose(home: Home, key: str) -> str | None:
    """The training that a checkpoint's weights are of, which have an address of their own; None for other addresses."""
    start = home.load("start", key)
    return None if start is None else str(read_provenance(start)["training"])


def list_private(home: Home, train: Artifact) -> list[str]:
    """The private sources that a model was trained on."""
    pack = find_input(home, train, "pack")
    sources = shards.read(find_input(home, pack, "collect").file("sources.parquet")).to_pylist()
    removed = removed_sources(shards.read(find_input(home, pack, "curate").file("languages.parquet")).to_pylist())
    private = (row["source"] for row in sources if row["redistribution"] == "private")
    return [source for source in private if source not in removed]
