"""What all parts of the proof share: the trials, the models that come of them, and the texts they are measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.gpu.measured import read_code
from benchmarks.proof.arms import ARM_TOKENS, LANGUAGES, Arms
from benchmarks.proof.texts import Texts, read_flores
from benchmarks.proof.trials import Outcome, Trials
from emma.lang.language import CODE, ENGLISH
from emma.models.merge import merge_folders
from emma.pipeline.home import Run
from emma.pipeline.recipe import Recipe

MAIN = "proof"
"""The name of the main run."""
SENTENCES, PROGRAMS = 10, 4
"""What arms are measured on: FLORES sentences of each language, and programs of each programming language."""
BASE, TRAINED, MERGED = "base", "trained", "merged"
"""The base; the recipe's training; and its result, which is merged with the base as the recipe says."""


@dataclass(frozen=True)
class Proof:
    """What all parts share: the trials, and the texts that they are measured on."""

    trials: Trials
    bench: Path

    @cached_property
    def texts(self) -> Texts:
        """FLORES sentences of the languages and English, and held-out code."""
        flores = read_flores(self.bench, (*LANGUAGES, ENGLISH.label), SENTENCES)
        return Texts({**flores, CODE.label: self.programs(0, PROGRAMS)})

    def programs(self, skipped: int, count: int) -> list[str]:
        """So many programs of each programming language of MBXP that has solutions, less the first ones."""
        by_lang: dict[str, list[str]] = {}
        for row in read_code(self.bench / "mbxp", skipped + count):
            by_lang.setdefault(row["lang"], []).append(row["text"])
        return [text for texts in by_lang.values() for text in texts[skipped:]]

    @cached_property
    def main(self) -> Run:
        """The recipe's training, with its report; not merged."""
        return self.trials.run(MAIN, until="report")

    @cached_property
    def alpha(self) -> float:
        """The share of the base in the result, as the recipe has it."""
        alpha = Recipe.read(self.trials.recipe).train.merge
        assert isinstance(alpha, float)
        return alpha

    @property
    def models(self) -> dict[str, Path]:
        """Folders of the base, and of what was trained, alone and merged."""
        trained = self.main.artifact("train").file("model")
        return {BASE: self.trials.base, TRAINED: trained, MERGED: self.merge(self.main, self.alpha)}

    def merge(self, run: Run, alpha: float) -> Path:
        """The folder of a trained run that is merged with what it began with."""
        start, trained = run.artifact("adapt").file("model"), run.artifact("train")
        out = self.trials.home.path / "proof-merges" / f"{trained.key}-{alpha}"
        if not out.exists():
            merge_folders(start, trained.file("model"), alpha, out)
        return out

    def arm(self, name: str, changes: Sequence[str], tokens: int = ARM_TOKENS) -> Outcome:
        """A short training with these changes."""
        return self.trials.compare(name, self.trials.run(name, f"mix.tokens={tokens}", *changes), self.texts)

    def arms(self, arms: Arms) -> list[Outcome]:
        """A short training for each."""
        return [self.arm(name, changes) for name, changes in arms.items()]
