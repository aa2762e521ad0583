"""The parts of the proof: each measures something, and returns its section of the report."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import result_path
from benchmarks.proof.arms import ARM_TOKENS, EXPANDED, LANGUAGES, MERGES, OPTIONS, ROWS, VOCABULARIES
from benchmarks.proof.benchmarks import HEAD, Asked, describe_rows, run_task
from benchmarks.proof.proof import BASE, MERGED, Proof
from benchmarks.proof.result import report_main
from benchmarks.proof.tables import OUTCOME_HEAD, draw_pareto, outcome_rows
from benchmarks.proof.trials import Outcome
from benchmarks.train.study import table
from emma.lang.language import ENGLISH
from emma.pipeline.home import Run
from emma.pipeline.recipe import Recipe

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


def report_benchmarks(proof: Proof) -> list[str]:
    """Base against adapted on benchmarks, whatever comes out."""
    models = {name: proof.models[name] for name in (BASE, MERGED)}
    rows = [row for asked in ASKED for row in run_task(asked, models, proof.bench, proof.trials.home.path)]
    return table(HEAD, describe_rows(rows))


def report_vocabulary(proof: Proof) -> list[str]:
    """The base's own vocabulary and larger ones, for as many operations."""
    costs = {name: proof.trials.operations(f"vocabulary {name}", *changes) for name, changes in VOCABULARIES.items()}
    own, *_ = costs.values()
    budgets = {name: int(ARM_TOKENS * own / cost) for name, cost in costs.items()}
    outcomes = [proof.arm(name, changes, budgets[name]) for name, changes in VOCABULARIES.items()]
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
    outcomes = [*proof.arms(OPTIONS), *merge_outcomes(proof, proof.trials.find(first))]
    picture = result_path("proof").with_suffix(".svg")
    draw_pareto(outcomes, picture)
    return [*table(OUTCOME_HEAD, outcome_rows(outcomes)), "", f"![Gain against forgetting]({picture.name})"]


def report_merges(proof: Proof) -> list[str]:
    """The main result, merged with the base in several shares."""
    outcomes = [proof.trials.compare("not merged", proof.main, proof.texts), *merge_outcomes(proof, proof.main)]
    return table(OUTCOME_HEAD[:6], [row[:6] for row in outcome_rows(outcomes)])


def merge_outcomes(proof: Proof, run: Run) -> list[Outcome]:
    """What a trained run makes of the texts when it is merged with what it began with."""
    outcomes, key = [], run.artifact("train").key
    for alpha in MERGES:
        nats = proof.trials.score(f"{key}*{alpha}", proof.merge(run, alpha), proof.texts)
        outcomes.append(proof.trials.outcome(f"merged, {alpha} of the base", nats, proof.texts))
    return outcomes


PARTS = {
    "main": ("FLORES-200: base against adapted", report_main),
    "merges": ("The result merged with the base", report_merges),
    "benchmarks": ("Benchmarks: base against adapted", report_benchmarks),
    "vocabulary": ("Larger vocabularies, equal compute", report_vocabulary),
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
