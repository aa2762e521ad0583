"""The main part: base against adapted, on FLORES-200 and on programs, as trained and merged with the base."""

from collections.abc import Mapping

from benchmarks.proof.arms import LANGUAGES
from benchmarks.proof.benchmarks import Asked, Row, run_task, share
from benchmarks.proof.proof import BASE, MERGED, PROGRAMS, SENTENCES, TRAINED, Proof
from benchmarks.proof.texts import Texts, change_bits, change_interval, is_kept
from benchmarks.proof.trials import cpu_seconds
from benchmarks.train.study import table
from emma.lang.language import CODE, ENGLISH, Lang
from emma.pipeline.home import Run

MAIN_SENTENCES, MAIN_PROGRAMS = 100, 25
"""What the main result is measured on: more sentences than arms are, and other programs than theirs."""
FLORES = Asked("flores200_likelihood", (*LANGUAGES, ENGLISH.label), MAIN_SENTENCES, {"likelihood": "bits_per_byte"})
QUESTIONS = (
    ("languages with fewer bits per byte", "90 %"),
    ("their 95 % interval above zero", ""),
    ("mean gain over languages", "15 %"),
    ("English", "at most +3 %"),
    ("program code of MBXP", "at most +3 %"),
)
"""What is asked of bits per byte against the base's, and the goal."""

Change = tuple[float, float, float]
"""Bits per byte against the base's, less one, and the ends of its 95 % interval: below zero is better."""


def report_main(proof: Proof) -> list[str]:
    """Base against what was trained, alone and merged, in every language of FLORES-200."""
    rows: dict[str, dict[str, Row]] = {TRAINED: {}, MERGED: {}}
    for row in run_task(FLORES, proof.models, proof.bench, proof.trials.home.path):
        rows[row["model"]][row["lang"]] = row
    code, trained = code_changes(proof), proof.main.artifact("train")
    answers = [answer(rows[name], code[name]) for name in rows]
    sizes = training_bytes(proof.main)
    return [
        *table(
            ("bits per byte against the base", "goal", *rows),
            [[*question, *found] for question, *found in zip(QUESTIONS, *answers, strict=True)],
        ),
        "",
        f"The result is merged with {proof.alpha:g} of the base. That share was chosen by the next section: on "
        f"{SENTENCES} of these {MAIN_SENTENCES} sentences and on other programs. {trained.counts['tokens']:,} tokens "
        f"of training, {cpu_seconds(proof.main, trained.key):,.0f} CPU s.",
        "",
        *table(
            ("language", "bits/byte, base", *rows, "gain, merged", "95 % interval", "kB of training text"),
            [describe_gain(rows[TRAINED][lang], row, sizes.get(lang, 0)) for lang, row in rows[MERGED].items()],
        ),
    ]


def answer(rows: Mapping[str, Row], code: Change) -> list[str]:
    """What a model answers to the questions."""
    kept, gained = rows[ENGLISH.label], [row for lang, row in rows.items() if not is_kept(lang)]
    gains = [share(row, "delta") for row in gained]
    return [
        f"{sum(gain > 0 for gain in gains)} of {len(gains)}",
        f"{sum(row['low'] > 0 for row in gained)} of {len(gains)}",
        f"{sum(gains) / len(gains):.1%}",
        describe_change((-share(kept, "delta"), -share(kept, "high"), -share(kept, "low"))),
        describe_change(code),
    ]


def code_changes(proof: Proof) -> dict[str, Change]:
    """The changes in programs that arms are not measured on."""
    texts, key = Texts({CODE.label: proof.programs(PROGRAMS, MAIN_PROGRAMS)}), proof.main.artifact("train").key
    keys = {BASE: BASE, TRAINED: key, MERGED: f"{key}*{proof.alpha}"}
    nats = {name: proof.trials.score(keys[name], folder, texts) for name, folder in proof.models.items()}
    return {
        name: (
            change_bits(texts, nats[BASE], nats[name])[CODE.label],
            *change_interval(nats[BASE][CODE.label], nats[name][CODE.label]),
        )
        for name in (TRAINED, MERGED)
    }


def describe_change(change: Change) -> str:
    """A change with its interval."""
    value, low, high = change
    return f"{value:+.1%} [{low:+.1%}, {high:+.1%}]"


def describe_gain(trained: Row, merged: Row, size: int) -> list[str]:
    """A language's row; its training text has so many bytes."""
    ends = [f"{share(merged, end):+.1%}" for end in ("low", "high")]
    return [
        f"{merged['lang']} ({Lang.parse(merged['lang']).name})",
        f"{merged['value_baseline']:.3f}",
        f"{trained['value']:.3f}",
        f"{merged['value']:.3f}",
        f"{share(merged, 'delta'):+.1%}",
        " to ".join(ends),
        f"{size / 1000:,.0f}",
    ]


def training_bytes(run: Run) -> dict[str, int]:
    """UTF-8 bytes of training text by language, before the mix takes its share."""
    sizes: dict[str, int] = {}
    for row in run.table("curate", "languages").to_pylist():
        if row["outcome"] == "train":
            sizes[row["lang"]] = sizes.get(row["lang"], 0) + row["bytes"]
    return sizes
