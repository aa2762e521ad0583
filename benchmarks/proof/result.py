"""The main part: base against adapted, on FLORES-200 and on programs, as trained and merged with the base."""

from collections.abc import Mapping

from benchmarks.proof.arms import LANGUAGES
from benchmarks.proof.benchmarks import Asked, Row, run_task, share
from benchmarks.proof.proof import BASE, MERGED, PROGRAMS, SENTENCES, TRAINED, Proof
from benchmarks.proof.texts import Texts, change_bits, change_interval, draw_gains, interval, is_kept, read_flores
from benchmarks.proof.trials import Nats, cpu_seconds
from benchmarks.train.study import table
from emma.lang.language import CODE, ENGLISH, Lang

MAIN_SENTENCES, PLAIN_SENTENCES, MAIN_PROGRAMS = 100, 50, 25
"""What the main result is measured on: more sentences than arms are, half of them behind `PLAIN` too, and other
programs than theirs."""
FLORES = Asked("flores200_likelihood", (*LANGUAGES, ENGLISH.label), MAIN_SENTENCES, {"likelihood": "bits_per_byte"})
PLAIN = "<|endoftext|>"
"""The token behind which the base saw plain text when it was first trained."""
NOTES = (
    "The base is tuned to chat and dequantised from four bits; base and result are asked alike, without its chat "
    "template. Scores stand behind the beginning of text that its tokenizer names, as those of `emma evaluate` and "
    f"lm-eval do. In its chat a role follows there, so it pays for plain text. The plain start is `{PLAIN}`, where it "
    f"does not; {PLAIN_SENTENCES} sentences were scored so. Programs are solutions of some thirty tasks, each in up to "
    "five languages. Swahili is trained on, and has no test at hand."
)
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
    code, trained = measure_code(proof, None, *rows), proof.main.artifact("train")
    answers = [answer({lang: row_change(row) for lang, row in rows[name].items()}, code[name]) for name in rows]
    plain, mean = measure_plain(proof)
    answers.append(answer(plain, measure_code(proof, PLAIN, MERGED)[MERGED], f" [{mean[0]:.1%}, {mean[1]:.1%}]"))
    tokens = training_tokens(proof)
    return [
        *table(
            ("bits per byte against the base", "goal", *rows, f"{MERGED}, plain start"),
            [[*question, *found] for question, *found in zip(QUESTIONS, *answers, strict=True)],
        ),
        "",
        f"{trained.counts['tokens']:,} tokens of training, {cpu_seconds(proof.main, trained.key):,.0f} CPU s. The "
        f"result is merged with {proof.alpha:g} of the base, a share chosen below, on {SENTENCES} of these "
        f"{MAIN_SENTENCES} sentences and on other programs. {NOTES}",
        "",
        *table(
            (
                "language",
                "bits/byte: base",
                *rows,
                "gain, merged",
                "95 % interval",
                "gain, plain start",
                "tokens trained on",
            ),
            [describe_gain(rows, plain, lang, tokens.get(lang, 0)) for lang in rows[MERGED]],
        ),
    ]


def row_change(row: Row) -> Change:
    """The change that a row of gains tells: its difference is above zero where the model is better."""
    return -share(row, "delta"), -share(row, "high"), -share(row, "low")


def answer(changes: Mapping[str, Change], code: Change, mean_interval: str = "") -> list[str]:
    """What a model answers to the questions."""
    gains = [(-change, -high) for lang, (change, _, high) in changes.items() if not is_kept(lang)]
    return [
        f"{sum(gain > 0 for gain, _ in gains)} of {len(gains)}",
        f"{sum(low > 0 for _, low in gains)} of {len(gains)}",
        f"{sum(gain for gain, _ in gains) / len(gains):.1%}{mean_interval}",
        describe_change(changes[ENGLISH.label]),
        describe_change(code),
    ]


def measure_plain(proof: Proof) -> tuple[dict[str, Change], tuple[float, float]]:
    """The merged model's changes behind `PLAIN`, and the interval of its mean gain."""
    texts = Texts(read_flores(proof.bench, (*LANGUAGES, ENGLISH.label), PLAIN_SENTENCES), PLAIN)
    nats = measure_models(proof, texts, (BASE, MERGED))
    return changes_of(texts, nats[BASE], nats[MERGED]), interval(draw_gains(nats[BASE], nats[MERGED]))


def measure_code(proof: Proof, start: str | None, *names: str) -> dict[str, Change]:
    """The changes of models in programs that arms are not measured on."""
    texts = Texts({CODE.label: proof.programs(PROGRAMS, MAIN_PROGRAMS)}, start)
    nats = measure_models(proof, texts, (BASE, *names))
    return {name: changes_of(texts, nats[BASE], nats[name])[CODE.label] for name in names}


def measure_models(proof: Proof, texts: Texts, names: tuple[str, ...]) -> dict[str, Nats]:
    """What models make of texts."""
    key = proof.main.artifact("train").key
    keys = {BASE: BASE, TRAINED: key, MERGED: f"{key}*{proof.alpha}"}
    return {name: proof.trials.score(keys[name], proof.models[name], texts) for name in names}


def changes_of(texts: Texts, base: Nats, other: Nats) -> dict[str, Change]:
    """Changes with their intervals, by language."""
    changes = change_bits(texts, base, other)
    return {lang: (change, *change_interval(base[lang], other[lang])) for lang, change in changes.items()}


def describe_change(change: Change) -> str:
    """A change with its interval."""
    value, low, high = change
    return f"{value:+.1%} [{low:+.1%}, {high:+.1%}]"


def describe_gain(
    rows: Mapping[str, Mapping[str, Row]], plain: Mapping[str, Change], lang: str, tokens: int
) -> list[str]:
    """A language's row; training had so many tokens of it."""
    merged = rows[MERGED][lang]
    change, low, high = row_change(merged)
    return [
        f"{lang} ({Lang.parse(lang).name})",
        f"{merged['value_baseline']:.3f}",
        f"{rows[TRAINED][lang]['value']:.3f}",
        f"{merged['value']:.3f}",
        f"{-change:+.1%}",
        f"{-high:+.1%} to {-low:+.1%}",
        f"{-plain[lang][0]:+.1%}",
        f"{tokens:,}",
    ]


def training_tokens(proof: Proof) -> dict[str, int]:
    """Tokens of each language that training read."""
    tokens: dict[str, int] = {}
    for row in proof.main.table("mix", "plan").to_pylist():
        tokens[row["lang"]] = tokens.get(row["lang"], 0) + row["samples"] * proof.trials.sequence_length
    return tokens
