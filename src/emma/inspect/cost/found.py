"""The text of a language that the runs of a home have found, and a sample of it to measure with."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from emma.errors import RecipeError
from emma.inspect.cost.observations import read_rows
from emma.inspect.lookup import find_corpus_language
from emma.lang.codes import find_language, resolve
from emma.lang.language import Lang
from emma.pipeline.home import Home, Run
from emma.schemas import SPLITS

SAMPLE_BYTES = 200_000
"""UTF-8 bytes of a language that tokenizers are measured on."""
KEPT = frozenset(SPLITS)


@dataclass(frozen=True)
class FoundText:
    """What a run has kept of a language."""

    run: str
    """The run of the home that has most of it; empty where none has any."""
    lang: str
    documents: int = 0
    bytes: int = 0
    """UTF-8, of all kept documents."""
    train_bytes: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    """Kept bytes by source, the largest first."""
    dropped: int = 0
    """Documents that curation dropped."""
    texts: tuple[str, ...] = ()
    """A sample, as the corpus has them."""


def find_text(home: Home, name: str, run: str | None = None) -> FoundText:
    """The text of a language, in the run that has most of it or in the one that is named.

    `name` is a label, code or English name. Raises RecipeError where the home has no curated run, LanguageError for
    what is no language.
    """
    runs = [each for each in home.list_runs() if "curate" in each.addresses and run in (None, each.name)]
    if not runs:
        what = f"run '{run}'" if run else "run"
        raise RecipeError(
            f"{home.path} has no {what} that has come to curate, so no text is at hand. `emma curate RECIPE` reads "
            "your sources; --home names another home."
        )
    present = {each.name: list_kept(each) for each in runs}
    label = choose_label(name, sorted({lang for kept in present.values() for lang in kept}))
    best = max(runs, key=lambda each: present[each.name].get(label, 0))
    return FoundText("", label) if not present[best.name].get(label) else describe_text(best, label)


def choose_label(name: str, present: Sequence[str]) -> str:
    """The label that a name stands for among those present; of a language that none has, its usual one."""
    try:
        return find_corpus_language(name, present).label
    except RecipeError:
        isos = {Lang.parse(label).iso639_3 for label in present}
        if "_" not in name and find_language(name)[0] in isos:
            raise  # in several scripts: which one is meant is to be said
        return name if "_" in name else resolve(find_language(name)[0]).label


def list_kept(run: Run) -> dict[str, int]:
    """Kept bytes by language."""
    kept: dict[str, int] = defaultdict(int)
    for row in read_rows(run.artifact("curate"), "languages"):
        if row["outcome"] in KEPT:
            kept[row["lang"]] += row["bytes"]
    return dict(kept)


def describe_text(run: Run, label: str) -> FoundText:
    """What a run has kept of a language, with a sample."""
    rows = [row for row in read_rows(run.artifact("curate"), "languages") if row["lang"] == label]
    kept = [row for row in rows if row["outcome"] in KEPT]
    sources: dict[str, int] = defaultdict(int)
    for row in kept:
        sources[row["source"]] += row["bytes"]
    return FoundText(
        run=run.name,
        lang=label,
        documents=sum(row["documents"] for row in kept),
        bytes=sum(row["bytes"] for row in kept),
        train_bytes=sum(row["bytes"] for row in kept if row["outcome"] == "train"),
        sources=dict(sorted(sources.items(), key=lambda item: (-item[1], item[0]))),
        dropped=sum(row["documents"] for row in rows if row["outcome"] not in KEPT),
        texts=sample_texts(run, label),
    )


def sample_texts(run: Run, label: str) -> tuple[str, ...]:
    """The first kept documents of a language, up to SAMPLE_BYTES; of pairs, the side that its label speaks of."""
    texts, size = [], 0
    for batch in run.documents(label, columns=["text"]):
        for text in batch["text"].to_pylist():
            texts.append(text)
            size += len(text.encode())
            if size >= SAMPLE_BYTES:
                return tuple(texts)
    return tuple(texts)
