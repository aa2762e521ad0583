"""A synthetic corpus of many languages with planted duplicates, and the stages run on it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from emma.annotate.config import AnnotateConfig
from emma.annotate.run import annotate
from emma.curate.config import CurateConfig
from emma.curate.run import curate
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import Made, Work
from tests.conftest import documents

Row = dict[str, Any]

ALPHABETS = {
    "bos_Latn": "abcčdeghijklmnoprsštuvz",
    "rus_Cyrl": "абвгдежзиклмнопрст",
    "hin_Deva": "कखगघचछजटडतदनपबमयरलवसह",
    "arb_Arab": "ابتثجحدرسشصطعفقكلمنهوي",
    "amh_Ethi": "ሀለሐመሠረሰቀበተኀነአከወ",
    "tha_Thai": "กขคงจชดตทนบปพมยรลวสห",
    "zho_Hans": "的一是不了人我在有他这中大来上国",
    "zgh_Tfng": "ⴰⴱⴳⴷⴹⴻⴼⴽⵀⵃⵄⵅⵇⵉⵊⵍⵎⵏ",
}


def prose(lang: str, seed: Any, words: int = 25) -> str:
    """Sentences of random words in a language's letters; Thai and Han without spaces."""
    chance = random.Random(f"{lang} {seed}")
    made = ["".join(chance.choices(ALPHABETS[lang], k=chance.randint(3, 8))) for _ in range(words)]
    return ("" if lang in {"tha_Thai", "zho_Hans"} else " ").join(made) + "."


def plain(count: int, langs: Sequence[str] = tuple(ALPHABETS)) -> list[Row]:
    """`count` different documents of every language, languages interleaved."""
    return [{"lang": lang, "text": prose(lang, at)} for at in range(count) for lang in langs]


@dataclass
class Bench:
    """Runs annotate and curate on rows cut into shards."""

    make_work: Callable[..., Work]
    make_artifact: Callable[..., Artifact]
    runs: int = 0

    def collect(self, rows: Sequence[Row], sizes: Sequence[int] = ()) -> tuple[Artifact, Artifact]:
        """The documents in shards of these sizes (all in one where none are given), and their annotations."""
        self.runs += 1
        table, parts, start = documents(rows), [], 0
        for number, size in enumerate(sizes or [len(rows)]):
            part = {"documents.parquet": table.slice(start, size)}
            parts.append(self.make_artifact(f"collected{self.runs}-{number}", part))
            start += size
        collected = self.make_artifact(f"collect{self.runs}", documents=parts)
        made = annotate(AnnotateConfig(), collect=collected, work=self.make_work("annotate"))
        return collected, self.make_artifact(f"annotate{self.runs}", annotations=made.parts["annotations"])

    def run(
        self, rows: Sequence[Row], section: CurateConfig | None = None, sizes: Sequence[int] = (), workers: int = 1
    ) -> tuple[list[Row], Made, Work]:
        """The selection rows, what the stage returned, and the work whose folder it wrote to."""
        collected, annotated = self.collect(rows, sizes)
        work = self.make_work("curate", key=f"{self.runs:020}", workers=workers)
        with work.executor:
            made = curate(section or CurateConfig(), collect=collected, annotate=annotated, work=work)
        selection: list[Row] = [
            row for part in made.parts["selection"] for row in shards.read(part.file("selection.parquet")).to_pylist()
        ]
        return selection, made, work


@pytest.fixture
def bench(make_work: Callable[..., Work], make_artifact: Callable[..., Artifact]) -> Bench:
    """Runs of the stages."""
    return Bench(make_work, make_artifact)
