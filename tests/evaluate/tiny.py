"""A task of three columns (question, right answer, wrong one) that is asked both ways, and its data."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from emma.evaluate.engine.requests import GenerateRequest, Output, Prompt, Request, ScoreAnswer, ScoreRequest
from emma.evaluate.metrics.metric import Floats
from emma.evaluate.tasks.task import Asking, Item, RejectedItem, TaskData, TaskInfo
from emma.lang.language import Lang
from tests.conftest import TEXTS


class Right:
    """The share of right answers."""

    name, higher_is_better, highest, signature = "accuracy", True, 1.0, "accuracy|version:tiny"

    def statistics(self, items: Sequence[Item], outputs: Sequence[Output]) -> Floats:
        return np.array([[is_right(*pair), 1] for pair in zip(items, outputs, strict=True)], dtype=np.float64)

    def total(self, sums: Floats) -> Floats:
        return sums[..., 0] / sums[..., 1]


def is_right(item: Item, output: Output) -> bool:
    (answer,) = output
    if isinstance(answer, ScoreAnswer):
        return answer.nats.index(min(answer.nats)) == item.gold
    return answer.text == item.gold


class Tiny:
    """Items are the lines of `LABEL.tsv`."""

    info = TaskInfo("tiny", 1, "A tiny task", "tiny", True, "CC0-1.0", "the tests of EMMA", "tiny", shots=1)

    def languages(self, folder: Path) -> list[Lang]:
        return sorted(Lang.parse(path.stem) for path in folder.glob("*.tsv"))

    def read(self, folder: Path, lang: Lang) -> TaskData:
        lines = (folder / f"{lang.label}.tsv").read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines]
        items = [
            Item(str(number), 0, dict(zip("qab", row, strict=True)), (row[0],), golds={"direct": row[1]})
            for number, row in enumerate(rows, 1)
            if len(row) == 3
        ]
        rejects = [
            RejectedItem(lang.label, f"{lang.label}.tsv", number, "it has no three columns")
            for number, row in enumerate(rows, 1)
            if len(row) != 3
        ]
        return TaskData(tuple(items), tuple(items[:1]), tuple(rejects))

    def ask(self, item: Item, lang: Lang, data: TaskData, asking: Asking) -> Mapping[str, tuple[Request, ...]]:
        examples = data.pool[: self.info.shots if asking.shots is None else asking.shots]
        shots = tuple(f"{each.fields['q']} → {each.fields['a']}\n" for each in examples)
        prompt = Prompt(f"{item.fields['q']} →", shots)
        choices = tuple(f" {item.fields[name]}" for name in "ab")
        return {"cloze": (ScoreRequest(prompt, choices),), "direct": (GenerateRequest(prompt, 4, ("\n",)),)}

    def metrics(self, variant: str, lang: Lang, asking: Asking) -> list[Right]:
        return [Right()]

    def chance(self, variant: str, item: Item) -> float | None:
        return 0.5 if variant == "cloze" else None


def write_tiny(folder: Path, langs: Sequence[str] = tuple(TEXTS), items: int = 3) -> Path:
    """Write the data of some languages, and return the folder that holds the task's own."""
    (folder / "tiny").mkdir(parents=True)
    for lang in langs:
        (folder / "tiny" / f"{lang}.tsv").write_text("".join(_lines(TEXTS[lang], items)), encoding="utf-8")
    return folder


def _lines(text: str, items: int) -> Iterator[str]:
    for start in range(items):
        yield f"{text[start:]}\t{text[:3]}\t{text[3:6]}\n"
