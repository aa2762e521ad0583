"""Trials of adaptation on one base and one corpus: run the ordinary stages with some settings changed, measure loss.

Loss is on held-out text of every language with some text to train on, in bits per UTF-8 byte, which vocabularies do
not change, and in nats per token, which they do. The store takes up trials where they were stopped, and losses once
measured are kept as JSON lines beside it.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path
from typing import Any

from transformers import AutoModelForCausalLM

from benchmarks.likelihood import sum_nats
from emma.errors import ArtifactError
from emma.evaluate.config import EvaluateConfig
from emma.evaluate.likelihood.documents import COLUMNS
from emma.evaluate.likelihood.score import Scorer
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.store.selected import read_selected
from emma.train.model.flops import flops_per_token
from emma.work.local import Local
from emma.work.progress import Reporter

HERE = Path(__file__).parent
RECIPE = HERE / "languages.toml"
BASE = "small-base"
ENGLISH = "eng_Latn"
TRAINING_BYTES = 20_000
"""Languages with less text to train on are not measured."""
HELD_OUT_BYTES = {ENGLISH: 20_000}
"""Held-out text that is scored of a language, and of all others `OTHERS`."""
OTHERS = 1_500
DOCUMENT_CHARACTERS = 1_000
"""Documents are cut there, so that one chapter is not all there is of a language."""

Sums = dict[str, list[float]]
"""By language: nats, tokens, bytes."""


@dataclass(frozen=True)
class Loss:
    """What a model makes of the held-out text."""

    sums: Sums

    @property
    def bits_per_byte(self) -> dict[str, float]:
        """By language."""
        return {lang: nats / size / log(2) for lang, (nats, _, size) in self.sums.items()}

    @property
    def english(self) -> float:
        """Bits per byte."""
        return self.bits_per_byte[ENGLISH]

    @property
    def others(self) -> float:
        """Bits per byte, the mean of all languages but English."""
        return mean([bits for lang, bits in self.bits_per_byte.items() if lang != ENGLISH])

    @property
    def others_per_token(self) -> float:
        """Nats per token of all text but English."""
        rows = [each for lang, each in self.sums.items() if lang != ENGLISH]
        return sum(nats for nats, _, _ in rows) / sum(tokens for _, tokens, _ in rows)

    def better(self, than: "Loss") -> list[str]:
        """The languages but English in which this one needs fewer bits."""
        mine, theirs = self.bits_per_byte, than.bits_per_byte
        return [lang for lang in mine if lang != ENGLISH and mine[lang] < theirs[lang]]


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return sum(values) / len(values)


@dataclass(frozen=True)
class Study:
    """All trials share a home, so that they share all stages that a change leaves as they were."""

    home: Home
    workers: int = 2

    def run(self, name: str, *changes: str, until: str = "train") -> Run:
        """A trial: the recipe with some values changed, as `--set` would."""
        with Local(self.workers) as executor, self.home.locked():
            settings = {"home": self.home, "executor": executor, "reporter": Reporter()}
            run_stages(Recipe.read(RECIPE, [f"name={name}", *changes]), until, **settings)  # type: ignore[arg-type]
        return self.home.run(name)

    @cached_property
    def corpus(self) -> Run:
        """The corpus that all trials share, with the base made before it."""
        return self.run("corpus", until="curate")

    @cached_property
    def base(self) -> Artifact:
        """The base's training."""
        self.run("expanded", until="adapt")
        return self.home.run(BASE).artifact("train")

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """The held-out text: (language, text), languages in order and documents in the order of a hash.

        Raises ArtifactError when the base has trained on some of it.
        """
        train, rows = Counter[str](), []
        for row in documents(self.corpus, ("train", "test")):
            if row["split"] == "train":
                train[row["lang"]] += len(row["text"].encode())
            else:
                rows.append(row)
        seen = {row["id"] for row in documents(self.home.run(BASE), ("train",))}
        if leaked := [row["id"] for row in rows if row["id"] in seen]:
            raise ArtifactError(f"The base has trained on {len(leaked)} held-out documents, such as {leaked[0]}.")
        return list(within_budget([row for row in rows if train[row["lang"]] >= TRAINING_BYTES]))

    def loss(self, trained: Artifact) -> Loss:
        """The loss of the model of an `adapt` or `train` artifact; measured once."""
        cache = self.home.path / "losses.jsonl"
        lines = cache.read_text(encoding="utf-8").splitlines() if cache.exists() else []
        known = {each["key"]: each["sums"] for each in map(json.loads, lines)}
        if trained.key not in known:
            known[trained.key] = measure(trained.file("model"), self.texts)
            with cache.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"key": trained.key, "sums": known[trained.key]}) + "\n")
        return Loss(known[trained.key])


def documents(run: Run, splits: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The documents of a run in some splits."""
    parts = zip(run.artifact("collect").parts["documents"], run.artifact("curate").parts["selection"], strict=True)
    for pair in parts:
        for table in read_selected(*pair, COLUMNS, splits):
            yield from table.to_pylist()


def within_budget(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Some documents of each language, cut, until its budget of bytes is reached."""
    used = Counter[str]()
    for row in sorted(rows, key=lambda row: (row["lang"], hash64(row["id"]), row["id"])):
        lang, text = row["lang"], row["text"][:DOCUMENT_CHARACTERS]
        if text and used[lang] < HELD_OUT_BYTES.get(lang, OTHERS):
            used[lang] += len(text.encode())
            yield lang, text


def measure(folder: Path, texts: Sequence[tuple[str, str]]) -> Sums:
    """What a model makes of some texts."""
    sums: Sums = {}
    for (lang, text), score in zip(texts, score_texts(folder, [each for _, each in texts]), strict=True):
        found = (*score, len(text.encode()))
        sums[lang] = [before + more for before, more in zip(sums.get(lang, [0.0, 0.0, 0.0]), found, strict=True)]
    return sums


def score_texts(folder: Path, texts: Sequence[str]) -> list[tuple[float, int]]:
    """Nats and tokens of each text under the model of a folder."""
    scorer = Scorer.open(folder, EvaluateConfig())
    encoded = scorer.encode(texts)
    return [(nats, len(text.ids) - 1) for nats, text in zip(sum_nats(scorer, encoded), encoded, strict=True)]


def flops(adapted: Artifact, sequence_length: int) -> float:
    """Operations to train the model of an `adapt` artifact on one token."""
    model = AutoModelForCausalLM.from_pretrained(adapted.file("model"))
    return float(flops_per_token(model, sequence_length))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; all columns but the first are numbers."""
    return [
        f"| {' | '.join(head)} |",
        f"|---|{'--:|' * (len(head) - 1)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def setting(name: str, value: Any) -> str:
    """A change to a recipe, as `--set` has it."""
    return f"{name}={json.dumps(value)}"
