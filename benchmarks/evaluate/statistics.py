"""What intervals and tests of benchmarks promise, and whether they hold it, beside lm-eval's; and what they cost.

    python -m benchmarks.evaluate.statistics [--trials 400] [--only-print]

A model's answers are drawn: an item has a difficulty that all its translations share, a language an ability, and an
answer is right with the logistic of ability less difficulty. So the true score is known, and with it how often an
interval of 95 % holds it. Items are 204 in each of 205 languages, as in SIB-200; the second model of a pair finds the
same items hard. lm-eval's are its own functions for a group of tasks (`pooled_sample_stderr`, weighted by size, and
`unweighted_mean_stderr`), and for two models the z-test of its `model_comparator` (difference over the root of the sum
of both squared errors). Costs are CPU seconds of one process, from answers to the four tables.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.machine import machine, publish
from emma.evaluate.engine.requests import Prompt, ScoreAnswer, ScoreRequest
from emma.evaluate.metrics.accuracy import MacroF1, accuracy
from emma.evaluate.metrics.averages import average, find_score_interval, score_language, subtract
from emma.evaluate.metrics.measures import Measure, TaskAnswers
from emma.evaluate.metrics.statistics import Resampling, adjust, mcnemar, paired_interval, proportion_interval
from emma.evaluate.results import write_task_tables
from emma.evaluate.tasks.task import Item, TaskInfo
from emma.lang.language import Lang

Floats = NDArray[np.float64]
Right = NDArray[np.bool_]
Bounds = tuple[float, float]

LANGUAGES, ITEMS = 205, 204
SPREAD = 1.5
"""Standard deviation of the difficulties, in logits; abilities have 0.7."""
INFO = TaskInfo("drawn", 1, "Drawn", "topic", False, "CC0-1.0", "drawn", "drawn")
GAIN, LARGE_GAIN = 0.15, 0.4
"""Of the second model, in logits."""
GRID = np.linspace(-8, 8, 4001)


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--only-print", action="store_true")
    arguments = parser.parse_args()
    lines = [
        "# Statistics of benchmarks",
        "",
        f"`python -m benchmarks.evaluate.statistics --trials {arguments.trials}`",
        "",
        machine(),
        "",
        *(__doc__ or "").split("\n\n", 3)[2:],
        *table_averages(arguments.trials),
        *table_tests(arguments.trials),
        *table_few(5 * arguments.trials),
        *table_costs(),
    ]
    publish("evaluate-statistics", "\n".join(lines) + "\n", only_print=arguments.only_print)


def chance_of(ability: Floats, difficulty: Floats) -> Floats:
    """How likely a right answer is."""
    return np.asarray(1 / (1 + np.exp(difficulty - ability)))


def true_score(ability: float) -> float:
    """The share of all items there could be that are answered rightly."""
    weights = stats.norm.pdf(GRID, scale=SPREAD)
    return float((chance_of(np.array(ability), GRID) * weights).sum() / weights.sum())


def draw_pair(random: np.random.Generator, gains: Floats) -> tuple[Right, Right, Floats]:
    """Two models' right answers, (languages, items) each, and the first one's abilities."""
    abilities = np.random.default_rng(0).normal(0, 0.7, len(gains))
    difficulty = random.normal(0, SPREAD, ITEMS)
    luck = random.random((len(gains), ITEMS))  # shared: most of what makes an item hard is hard for both
    other = np.where(random.random(luck.shape) < 0.3, random.random(luck.shape), luck)
    first = luck < chance_of(abilities[:, None], difficulty)
    second = other < chance_of((abilities + gains)[:, None], difficulty)
    return first, second, abilities


def measure_right(right: Right) -> Measure:
    """One language's right answers."""
    ids = tuple(map(str, range(len(right))))
    statistics = np.stack([right, np.ones(len(right))], 1).astype(float)
    none = np.full(len(right), np.nan)
    return Measure(
        "m", INFO, "und_Latn", "cloze", accuracy(), True, ids, ids, statistics, {}, none, (None,) * len(ids), 0
    )


def table_averages(trials: int) -> list[str]:
    """How often the interval of a mean over languages holds the true one."""
    gains = np.full(LANGUAGES, GAIN)
    abilities = draw_pair(np.random.default_rng(0), gains)[2]
    before, after = (np.mean([true_score(ability) for ability in (abilities + more)]) for more in (0, GAIN))
    held: dict[str, list[tuple[bool, float]]] = {}
    for trial in range(trials):
        first, second, _ = draw_pair(np.random.default_rng(trial), gains)
        for name, (low, high) in find_bounds(first, second).items():
            truth = after - before if name.startswith("gain") else before
            held.setdefault(name, []).append((bool(low <= truth <= high), (high - low) / 2))
    rows = [
        f"| {name} | {' | '.join(f'{100 * part:.2f}' for part in np.mean(each, 0))} |" for name, each in held.items()
    ]
    head = "| interval of 95 % | holds the truth, % | half width, points |"
    return ["", "## Averages over 205 languages", "", head, "|---|--:|--:|", *rows]


def find_bounds(first: Right, second: Right) -> dict[str, Bounds]:
    """The intervals of the first model's mean and of the second's gain, by each way to find them."""
    from lm_eval.api.metrics import pooled_sample_stderr, unweighted_mean_stderr

    scores = [[score_language(measure_right(row)) for row in right] for right in (first, second)]
    errors = [[float(row.std(ddof=1)) / ITEMS**0.5 for row in right] for right in (first, second)]
    pooled = [float(pooled_sample_stderr(each, [ITEMS] * len(each))) for each in errors]
    mean, gain = float(first.mean()), float(second.mean() - first.mean())
    difference = average([subtract(b, a, 1) for a, b in zip(*scores, strict=True)])
    bounds = {
        "mean: EMMA": find_score_interval(average(scores[0])),
        "mean: lm-eval, weighted by size": around(mean, pooled[0]),
        "mean: lm-eval, unweighted": around(mean, unweighted_mean_stderr(errors[0])),
        "gain: EMMA, paired": find_score_interval(difference),
        "gain: lm-eval, not paired": around(gain, float(np.hypot(*pooled))),
    }
    return {name: (low or 0.0, high or 0.0) for name, (low, high) in bounds.items()}


def around(mean: float, error: float) -> Bounds:
    """The interval of a mean with this standard error."""
    return mean - 1.959964 * error, mean + 1.959964 * error


def table_tests(trials: int) -> list[str]:
    """Languages that are called different, where none is, and where half are."""
    rows = []
    half = np.repeat([0.0, LARGE_GAIN], [LANGUAGES - LANGUAGES // 2, LANGUAGES // 2])
    for title, gains in (("none", np.zeros(LANGUAGES)), (f"half, by {LARGE_GAIN} logits", half)):
        called: dict[str, list[tuple[int, int]]] = {}
        for trial in range(trials // 4):
            first, second, _ = draw_pair(np.random.default_rng(10_000 + trial), gains)
            for name, values in find_p_values(first, second).items():
                found = np.asarray(values) <= 0.05
                called.setdefault(name, []).append((int(found[gains > 0].sum()), int(found[gains == 0].sum())))
        for name, counts in called.items():
            right, wrong = np.mean(counts, 0)
            share = 100 * np.mean([wrong / max(1, right + wrong) for right, wrong in counts])
            rows.append(f"| {title} | {name} | {right:.1f} of {(gains > 0).sum()} | {wrong:.2f} | {share:.1f} |")
    head = "| languages that gain | called different if | rightly | wrongly | wrong among the called, % |"
    return ["", "## 205 tests at once", "", head, "|---|---|--:|--:|--:|", *rows]


def find_p_values(first: Right, second: Right) -> dict[str, Sequence[float]]:
    """p, or q, of each language's difference."""
    ps = [mcnemar(int((b & ~a).sum()), int((a & ~b).sum())) for a, b in zip(first, second, strict=True)]
    errors = np.sqrt(first.var(1, ddof=1) / ITEMS + second.var(1, ddof=1) / ITEMS)
    unpaired = 2 * stats.norm.sf(np.abs(second.mean(1) - first.mean(1)) / errors)
    return {"EMMA, q ≤ 5 %": adjust(ps), "exact McNemar, p ≤ 5 %": ps, "lm-eval's z-test, p ≤ 5 %": unpaired.tolist()}


def table_few(trials: int) -> list[str]:
    """How often intervals of few items hold the truth, which is 0.8, and a gain of 0.25."""
    rows = []
    for items in (3, 5, 10, 20, 100):
        random, held = np.random.default_rng(items), np.zeros(4)
        for _ in range(trials):
            right = random.random(items) < 0.8
            both, gained, lost, neither = random.multinomial(items, [0.45, 0.35, 0.1, 0.1]).tolist()
            differences = np.repeat([0.0, 1.0, -1.0], [both + neither, gained, lost])
            drawn = Resampling(200).draw(items) @ differences / items
            bounds = [
                proportion_interval(int(right.sum()), items),
                around(float(right.mean()), float(right.std(ddof=1)) / items**0.5),
                paired_interval(both, gained, lost, neither),
                np.quantile(drawn, [0.025, 0.975]),
            ]
            held += [low <= truth <= high for (low, high), truth in zip(bounds, (0.8, 0.8, 0.25, 0.25), strict=True)]
        rows.append(f"| {items} | {' | '.join(f'{share:.1f}' for share in 100 * held / trials)} |")
    head = "| items | Wilson (EMMA) | mean ± 1.96 errors (lm-eval) | Newcombe, paired (EMMA) | bootstrap, paired |"
    return ["", "## Few items: intervals of 95 % that hold the truth, %", "", head, "|--:|--:|--:|--:|--:|", *rows]


def table_costs() -> list[str]:
    """CPU seconds from answers to tables, in a size of SIB-200's."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        counts = write_task_tables(list_answers(), Path(folder), baseline="base")
        seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [
        "",
        "## Cost",
        "",
        f"{counts['items']:,} answers (two models, two variants, 205 languages, 204 items of seven choices, accuracy "
        f"and macro F1): {counts['scores']:,} scores, {counts['gains']:,} gains and {counts['averages']:,} averages "
        f"in {seconds:.0f} CPU seconds; the process at its peak, {memory:.2f} GiB.",
    ]


def list_answers() -> Iterator[TaskAnswers]:
    """Answers of two models."""
    langs = [Lang.parse(f"{a}{b}{c}_Latn") for a in "bcdfg" for b in "aeiou" for c in "klmnprst"] + [
        Lang.parse(f"z{vowel}z_Latn") for vowel in "aeiou"
    ]
    labels = tuple(f" label {number}" for number in range(7))
    items = [Item(str(number), number % 7) for number in range(ITEMS)]
    requests = [[ScoreRequest(Prompt(f"Question {item.id}: "), labels)] for item in items]
    chances, metrics = (1 / 7,) * ITEMS, (accuracy(), MacroF1())
    for number, model in enumerate(("base", "adapted")):
        for variant in ("cloze", "letter"):
            for place, lang in enumerate(langs):
                nats = np.random.default_rng([number, place]).random((ITEMS, 7))
                outputs = [[ScoreAnswer(tuple(row), (1,) * 7, (False,) * 7)] for row in nats.tolist()]
                yield TaskAnswers(model, INFO, lang, variant, items, requests, outputs, metrics, chances)


if __name__ == "__main__":
    main()
