"""The parts of the proof: each measures something, and returns its section of the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.gpu.measured import read_code
from benchmarks.machine import result_path
from benchmarks.proof.arms import ARM_TOKENS, BUDGET, EXPANDED, LANGUAGES, MERGES, OPTIONS, ROWS, VOCABULARIES, Arms
from benchmarks.proof.benchmarks import HEAD, Asked, Row, describe_rows, run_task, share
from benchmarks.proof.tables import OUTCOME_HEAD, draw_pareto, outcome_rows
from benchmarks.proof.texts import Texts, change_bits, change_interval, is_kept, read_flores
from benchmarks.proof.trials import Outcome, Trials, cpu_seconds
from benchmarks.train.study import table
from emma.lang.language import CODE, ENGLISH, Lang
from emma.models.merge import merge_folders
from emma.pipeline.home import Run
from emma.pipeline.recipe import Recipe

MAIN = "proof"
"""The name of the main run."""
SENTENCES, PROGRAMS = 10, 4
"""What arms are measured on: FLORES sentences of each language, and programs of each programming language."""
MAIN_SENTENCES, MAIN_PROGRAMS = 100, 25
"""What the main result is measured on."""
FLORES = Asked("flores200_likelihood", (*LANGUAGES, ENGLISH.label), MAIN_SENTENCES, {"likelihood": "bits_per_byte"})
ASKED = (
    Asked("sib200", LANGUAGES[::2], 40, {"cloze": "accuracy", "letter": "accuracy"}),
    Asked(
        "xcopa", ("cmn_Hans", "est_Latn", "swh_Latn", "tam_Taml", "tha_Thai", "tur_Latn"), 100, {"cloze": "accuracy"}
    ),
    Asked("belebele", (ENGLISH.label,), 60, {"cloze": "accuracy", "letter": "accuracy"}),
    *(
        Asked(f"flores200:{lang}-{ENGLISH.label}", (ENGLISH.label,), 20, {f"from {lang}": "chrF++"})
        for lang in ("est_Latn", "guj_Gujr", "kaz_Cyrl", "tur_Latn", "urd_Arab")
    ),
)
GAIN_GOAL, BETTER_GOAL, FORGETTING_GOAL = 0.15, 0.9, 0.03


@dataclass(frozen=True)
class Proof:
    """What all parts share: the trials, and the texts that they are measured on."""

    trials: Trials
    bench: Path

    @cached_property
    def texts(self) -> Texts:
        """FLORES sentences of the languages and English, and held-out code."""
        flores = read_flores(self.bench, (*LANGUAGES, ENGLISH.label), SENTENCES)
        return Texts({**flores, CODE.label: self.programs(PROGRAMS)})

    def programs(self, count: int) -> list[str]:
        """So many programs of each programming language of MBXP that has solutions."""
        return [row["text"] for row in read_code(self.bench / "mbxp", count)]

    @cached_property
    def main(self) -> Run:
        """The recipe as it stands, with its report."""
        return self.trials.run(MAIN, until="report")

    @property
    def models(self) -> dict[str, Path]:
        """Folders of the base and of the main result."""
        return {"base": self.trials.base, "adapted": self.main.artifact("train").file("model")}

    def arm(self, name: str, changes: Sequence[str], tokens: int = ARM_TOKENS) -> Outcome:
        """A short training with these changes."""
        return self.trials.compare(name, self.trials.run(name, f"mix.tokens={tokens}", *changes), self.texts)

    def arms(self, arms: Arms) -> list[Outcome]:
        """A short training for each."""
        return [self.arm(name, changes) for name, changes in arms.items()]


def report_main(proof: Proof) -> list[str]:
    """Base against adapted, in every language of FLORES-200."""
    rows = run_task(FLORES, proof.models, proof.bench, proof.trials.home.path)
    gains = {row["lang"]: share(row, "delta") for row in rows if not is_kept(row["lang"])}
    better = sum(gain > 0 for gain in gains.values())
    trained = proof.main.artifact("train")
    return [
        f"- Fewer bits per byte than under the base: {better} of {len(gains)} languages (goal: {BETTER_GOAL:.0%}). "
        f"Intervals above zero: {sum(row['low'] > 0 for row in rows if not is_kept(row['lang']))}.",
        f"- Mean gain: {sum(gains.values()) / len(gains):.1%} (goal: {GAIN_GOAL:.0%}).",
        f"- English: {describe_change(*english_change(rows))}.",
        f"- Program code of MBXP: {describe_change(*code_change(proof))}.",
        f"- {trained.counts['tokens']:,} tokens of training, {cpu_seconds(proof.main, trained.key):,.0f} CPU s.",
        "",
        *table(
            ("language", "bits/byte, base", "adapted", "gain", "95 % interval", "kB of training text"),
            [describe_gain(row, training_bytes(proof.main)) for row in rows],
        ),
    ]


def english_change(rows: Sequence[Row]) -> tuple[float, float, float]:
    """The change in English against the base, and its interval; below zero is better."""
    row = next(row for row in rows if is_kept(row["lang"]))
    return -share(row, "delta"), -share(row, "high"), -share(row, "low")


def code_change(proof: Proof) -> tuple[float, float, float]:
    """The change in programs of MBXP against the base, and its interval."""
    texts, key = Texts({CODE.label: proof.programs(MAIN_PROGRAMS)}), proof.main.artifact("train").key
    base, adapted = (
        proof.trials.score("base" if name == "base" else key, folder, texts) for name, folder in proof.models.items()
    )
    change = change_bits(texts, base, adapted)[CODE.label]
    return change, *change_interval(base[CODE.label], adapted[CODE.label])


def describe_change(change: float, low: float, high: float) -> str:
    """A change in words."""
    return f"{change:+.1%} bits per byte [{low:+.1%}, {high:+.1%}] (goal: at most {FORGETTING_GOAL:+.0%})"


def describe_gain(row: Row, sizes: dict[str, int]) -> list[str]:
    """A language's row."""
    ends = [f"{share(row, end):+.1%}" for end in ("low", "high")]
    return [
        f"{row['lang']} ({Lang.parse(row['lang']).name})",
        f"{row['value_baseline']:.3f}",
        f"{row['value']:.3f}",
        f"{share(row, 'delta'):+.1%}",
        " to ".join(ends),
        f"{sizes.get(row['lang'], 0) / 1000:,.0f}",
    ]


def training_bytes(run: Run) -> dict[str, int]:
    """UTF-8 bytes of training text by language, before the mix takes its share."""
    sizes: dict[str, int] = {}
    for row in run.table("curate", "languages").to_pylist():
        if row["outcome"] == "train":
            sizes[row["lang"]] = sizes.get(row["lang"], 0) + row["bytes"]
    return sizes


def report_benchmarks(proof: Proof) -> list[str]:
    """Base against adapted on benchmarks, whatever comes out."""
    rows = [row for asked in ASKED for row in run_task(asked, proof.models, proof.bench, proof.trials.home.path)]
    return table(HEAD, describe_rows(rows))


def report_vocabulary(proof: Proof) -> list[str]:
    """The base's own vocabulary and larger ones, for as many operations."""
    costs = {name: proof.trials.operations(f"vocabulary {name}", *changes) for name, changes in VOCABULARIES.items()}
    own, *_ = costs.values()
    budgets = {name: int(ARM_TOKENS * own / cost) for name, cost in costs.items()}
    outcomes = [proof.arm(name, changes, budgets[name]) for name, changes in VOCABULARIES.items()]
    return table(OUTCOME_HEAD, outcome_rows(outcomes))


def report_budget(proof: Proof) -> list[str]:
    """The same two vocabularies on the main run's budget: whether more tokens change what is better."""
    own, cost = (proof.trials.operations(f"vocabulary {name}", *changes) for name, changes in BUDGET.items())
    (first, _), (second, changes) = BUDGET.items()
    tokens = int(proof.main.artifact("train").counts["tokens"] * own / cost)
    outcomes = [
        proof.trials.compare(f"{first}, main budget", proof.main, proof.texts),
        proof.arm(f"{second}, main budget", changes, tokens),
    ]
    return table(OUTCOME_HEAD, outcome_rows(outcomes))


def report_rows(proof: Proof) -> list[str]:
    """Ways to start the rows of new pieces: before any training, and after an arm's."""
    before, after = list[Outcome](), list[Outcome]()
    for name, changes in ROWS.items():
        both = (*EXPANDED, *changes)
        start = proof.trials.run(f"rows {name}", *both, until="adapt").artifact("adapt")
        before.append(
            proof.trials.outcome(name, proof.trials.score(start.key, start.file("model"), proof.texts), proof.texts)
        )
        after.append(proof.arm(f"rows {name}", both))
    rows = [[*row[:1], f"{start.gain:.1%}", *row[1:]] for start, row in zip(before, outcome_rows(after), strict=True)]
    return table((*OUTCOME_HEAD[:1], "gain before training", *OUTCOME_HEAD[1:]), rows)


def report_options(proof: Proof) -> list[str]:
    """Ways to keep what the base knew, each alone, merging among them; gain against forgetting."""
    first, *_ = OPTIONS
    outcomes = [*proof.arms(OPTIONS), *merge_outcomes(proof, first)]
    picture = result_path("proof").with_suffix(".svg")
    draw_pareto(outcomes, picture)
    return [*table(OUTCOME_HEAD, outcome_rows(outcomes)), "", f"![Gain against forgetting]({picture.name})"]


def report_merges(proof: Proof) -> list[str]:
    """The main result merged with the base in several shares."""
    outcomes = [proof.trials.compare("not merged", proof.main, proof.texts), *merge_outcomes(proof, MAIN)]
    return table(OUTCOME_HEAD[:6], [row[:6] for row in outcome_rows(outcomes)])


def merge_outcomes(proof: Proof, name: str) -> list[Outcome]:
    """What a trained run makes of the texts when it is merged with what it began with."""
    run = proof.trials.find(name)
    start, trained = run.artifact("adapt").file("model"), run.artifact("train")
    outcomes = []
    for alpha in MERGES:
        out = proof.trials.home.path / "proof-merges" / f"{trained.key}-{alpha}"
        if not out.exists():
            merge_folders(start, trained.file("model"), alpha, out)
        nats = proof.trials.score(f"{trained.key}*{alpha}", out, proof.texts)
        outcomes.append(proof.trials.outcome(f"merged, {alpha} of the base", nats, proof.texts))
    return outcomes


PARTS = {
    "main": ("FLORES-200: base against adapted", report_main),
    "merges": ("The result merged with the base", report_merges),
    "benchmarks": ("Benchmarks: base against adapted", report_benchmarks),
    "vocabulary": ("Larger vocabularies, equal compute", report_vocabulary),
    "budget": ("A larger vocabulary on the main run's budget, equal compute", report_budget),
    "rows": ("Ways to start the rows of new pieces", report_rows),
    "options": ("Keeping what the base knew", report_options),
}


def recipe_settings(recipe: Path, settings: Sequence[str]) -> dict[str, object]:
    """The settings of mix and training that the trials share, for the report."""
    read = Recipe.read(recipe, settings)
    chosen = {
        "mix": ("tokens", "sequence_length", "alpha", "replay"),
        "train": ("optimizer", "learning_rate", "new_row_lr"),
    }
    return {
        f"{section}.{name}": getattr(read.section(section), name) for section, names in chosen.items() for name in names
    }
