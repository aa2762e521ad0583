"""Corpora for the vocab tests: made artifacts with every script of TEXTS, cut into any number of shards."""

from collections.abc import Callable, Sequence

from emma.store.artifact import Artifact
from tests.conftest import TEXTS, documents, selection

ROWS = [
    {"lang": lang, "text": f"{text} {number}\n{text}"}
    for number in range(6)
    for lang, text in TEXTS.items()
]  # fmt: skip


def corpus(
    make_artifact: Callable[..., Artifact],
    rows: Sequence[dict[str, object]] = ROWS,
    cuts: Sequence[int] = (0,),
    splits: Sequence[str | None] | None = None,
    name: str = "",
) -> dict[str, Artifact]:
    """Collected and curated artifacts; shards start at `cuts`."""
    table = documents(rows)
    splits = splits or ["test" if number % 6 == 5 else "train" for number in range(len(rows))]
    parts: dict[str, list[Artifact]] = {"documents": [], "selection": []}
    for number, (start, end) in enumerate(zip(cuts, [*cuts[1:], len(rows)], strict=True)):
        for kind, whole in (("documents", table), ("selection", selection(splits))):
            files = {f"{kind}.parquet": whole.slice(start, end - start)}
            parts[kind].append(make_artifact(f"{name}{kind}{number}", files))
    return {
        "collect": make_artifact(f"{name}collect", documents=parts["documents"]),
        "curate": make_artifact(f"{name}curate", selection=parts["selection"]),
    }
