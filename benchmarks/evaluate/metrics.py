"""EMMA's metrics beside their references, on text in every script of FLORES-200, and the sandbox on real programs.

    python -m benchmarks.evaluate.metrics BENCH [--programs 40] [--only-print]

BENCH is a folder with `flores200_devtest/LANG.devtest.zst` and `mbxp/*.jsonl.zst` as their authors publish them. The
output of a model is played by the reference without its last quarter. Numbers are 1, 12 and so on written in the ten
digits of every decimal system of Unicode. Seconds are of CPU, on one thread.
"""

import argparse
import gc
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson
import sacrebleu
import zstandard
from lm_eval.filters.extraction import RegexFilter
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.machine import machine, publish
from emma.errors import RecipeError
from emma.evaluate.engine.requests import TextAnswer
from emma.evaluate.metrics.diversity import score_against_others
from emma.evaluate.metrics.metric import Mean
from emma.evaluate.metrics.numbers import read_number
from emma.evaluate.metrics.sandbox import find_tool, run_program
from emma.evaluate.metrics.text import published_rouge_l, rouge_l
from emma.evaluate.metrics.translation import CorpusScore, chrf, plain_bleu
from emma.evaluate.tasks.code import assemble, make_item
from emma.evaluate.tasks.rows import Row
from emma.evaluate.tasks.task import Item
from emma.lang.scripts import dominant_script, is_spaced

DRAWS = 1000
TEXTS = (155, 310, 620)
SCRIPTS = ("Latn", "Arab", "Deva", "Taml", "Olck", "Hang", "Thai", "Khmr", "Mymr", "Hani")
"""Scripts whose ROUGE-L is shown, as far as the folder has them."""


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path, metavar="BENCH")
    parser.add_argument("--programs", type=int, default=40, help="of each programming language")
    parser.add_argument("--only-print", action="store_true")
    arguments = parser.parse_args()
    texts = dict(read_texts(arguments.bench / "flores200_devtest"))
    parts = [
        "# Metrics beside their references\n\n`python -m benchmarks.evaluate.metrics BENCH`",
        machine(),
        f"{len(texts)} languages of FLORES-200, devtest; the output of a model is played by the reference without its "
        "last quarter.",
        *compare_corpus_scores(texts),
        compare_rouge(texts),
        compare_self_bleu(texts),
        compare_numbers(),
        run_programs(arguments.bench / "mbxp", arguments.programs),
    ]
    publish("metrics", "\n\n".join(parts) + "\n", only_print=arguments.only_print)


def read_texts(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Sentences by name of the file, a hundred of each."""
    for path in sorted(folder.glob("*.zst")):
        yield path.name.partition(".")[0], zstandard.open(path, "rt", encoding="utf-8").read().splitlines()[:100]


def shorten(text: str) -> str:
    """A text without its last quarter."""
    return text[: -max(1, len(text) // 4)]


def score(metric: Mean | CorpusScore, texts: Sequence[str]) -> float:
    """The metric's score of shortened texts."""
    items = [Item(str(at), text) for at, text in enumerate(texts)]
    return float(metric.total(metric.statistics(items, [answer(shorten(text)) for text in texts]).sum(0)))


def answer(text: str) -> tuple[TextAnswer, ...]:
    """An item's output."""
    return (TextAnswer(text, 0, "stop"),)


def measure(work: Callable[[], object]) -> float:
    """CPU seconds."""
    gc.collect()  # what was made before would be counted
    start = time.process_time()
    work()
    return time.process_time() - start


def compare_corpus_scores(texts: dict[str, list[str]]) -> Iterator[str]:
    """chrF++ and BLEU beside sacrebleu's own, and the cost of an interval."""
    rows = ["| metric | largest difference to sacrebleu | 1,000 draws for an interval | scoring again 1,000 times |"]
    rows.append("|---|--:|--:|--:|")
    plain = {f"BLEU-{tokens}": sacrebleu.BLEU(tokenize=tokens) for tokens in ("13a", "char")}
    peers = {"chrF++": sacrebleu.CHRF(word_order=2), **plain}
    for metric in (chrf(), plain_bleu("13a"), plain_bleu("char")):
        peer = peers[metric.name]
        pairs = [
            (score(metric, each), peer.corpus_score([shorten(text) for text in each], [each]).score)
            for each in texts.values()
        ]
        some = next(iter(texts.values()))
        items, outputs = [Item("", text) for text in some], [answer(shorten(text)) for text in some]
        statistics = metric.statistics(items, outputs)
        drawn = np.random.default_rng(0).multinomial(len(some), [1 / len(some)] * len(some), DRAWS)
        draws = measure(lambda: metric.total(drawn @ statistics))  # noqa: B023 - called at once
        again = measure(lambda: peer.corpus_score([shorten(text) for text in some], [some]))  # noqa: B023
        difference = max(abs(one - other) for one, other in pairs)
        rows.append(f"| {metric.name} | {difference:.1g} | {draws:.2f} s | {again * DRAWS:.0f} s (from one) |")
    yield "\n".join(rows)


def compare_rouge(texts: dict[str, list[str]]) -> str:
    """ROUGE-L beside rouge-score and white space, by script."""
    by_script: dict[str, list[str]] = {}
    for each in texts.values():
        by_script.setdefault(dominant_script(" ".join(each))[0], []).extend(each)
    scorer = RougeScorer(["rougeL"])
    rows = ["| script | spaced | ours | rouge-score | white space |", "|---|---|--:|--:|--:|"]
    for script in (script for script in SCRIPTS if script in by_script):
        some = by_script[script][:300]
        peer = np.mean([scorer.score(text, shorten(text))["rougeL"].fmeasure for text in some])
        values = f"{score(rouge_l(), some):.3f} | {peer:.3f} | {score(published_rouge_l(), some):.3f}"
        rows.append(f"| {script} | {'yes' if is_spaced(script) else 'no'} | {values} |")
    english = texts["eng"]
    ours = [rouge_l().statistics([Item("", text)], [answer(shorten(text))])[0, 0] for text in english]
    peer = [scorer.score(text, shorten(text))["rougeL"].fmeasure for text in english]
    ascii_alone = [abs(one - other) for one, other, text in zip(ours, peer, english, strict=True) if text.isascii()]
    return (
        "ROUGE-L:\n\n" + "\n".join(rows) + f"\n\nEnglish, the {len(ascii_alone)} of {len(english)} sentences without "
        f"an accent, which rouge-score takes for the end of a word: largest difference {max(ascii_alone):.1g}."
    )


def compare_self_bleu(texts: dict[str, list[str]]) -> str:
    """Self-BLEU in one pass beside its definition."""
    pool = [text for name in ("eng", "zul", "deu", "ewe", "tur", "por", "hau") for text in texts.get(name, ())]
    rows = ["| texts | one pass | by definition | largest difference |", "|--:|--:|--:|--:|"]
    for count in TEXTS:
        some, found = pool[:count], dict[str, list[float]]()
        seconds = measure(lambda: found.update(ours=score_against_others(some, "13a")))  # noqa: B023 - called at once
        slow = measure(lambda: found.update(peer=score_by_definition(some)))  # noqa: B023
        furthest = max(abs(one - other) for one, other in zip(found["ours"], found["peer"], strict=True))
        rows.append(f"| {len(some)} | {seconds:.2f} s | {slow:.1f} s | {furthest:.1g} |")
    return "Self-BLEU:\n\n" + "\n".join(rows)


def score_by_definition(texts: Sequence[str]) -> list[float]:
    """Each text with all others as references, by sacrebleu."""
    scorer = sacrebleu.BLEU()
    others = ([[other] for at, other in enumerate(texts) if at != number] for number in range(len(texts)))
    return [scorer.corpus_score([text], rest).score for text, rest in zip(texts, others, strict=True)]


def compare_numbers() -> str:
    """Numbers read in every digit system, beside lm-eval's `flexible-extract`."""
    zeros = [chr(at) for at in range(sys.maxunicode + 1) if unicodedata.decimal(chr(at), None) == 0]
    flexible = RegexFilter(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", group_select=-1)
    values = (7, 18, 406, 90215)
    ours = theirs = 0
    for zero in zeros:
        for value in values:
            text = "= " + "".join(chr(ord(zero) + int(digit)) for digit in str(value))
            ours += any(reading == value for reading in read_number(text))
            theirs += next(iter(flexible.apply([[text]], [{}])))[0] == str(value)
    count = len(zeros) * len(values)
    return (
        f"Numbers in the {len(zeros)} decimal digit systems of Unicode {unicodedata.unidata_version}: {ours} of "
        f"{count} are read; by lm-eval's `flexible-extract` {theirs}."
    )


def run_programs(folder: Path, count: int) -> str:
    """The authors' own solutions of MBXP in the sandbox."""
    rows = [
        "| language | programs | passed | name what they do not define | seconds each, wall |",
        "|---|--:|--:|--:|--:|",
    ]
    for path in sorted(folder.glob("*.zst")):
        lines = [orjson.loads(line) for line in zstandard.open(path, "rt", encoding="utf-8")]
        solved = [line for line in lines if line.get("canonical_solution")]
        some = solved[:: max(1, len(solved) // count)][:count]
        programs = [program for number, line in enumerate(some) if (program := solve(path.name, number, line))]
        language = lines[0]["language"]
        try:
            find_tool(language)
        except RecipeError:
            continue
        if programs:
            start = time.perf_counter()
            outcomes = [run_program(language, program) for program in programs]
            each = (time.perf_counter() - start) / len(programs)
            passed = sum(outcome.reason == "passed" for outcome in outcomes)
            unnamed = sum("is not defined" in outcome.text for outcome in outcomes if outcome.reason == "failed")
            rows.append(f"| {language} | {len(programs)} | {passed} | {unnamed} | {each:.2f} |")
    return "The authors' own solutions of MBXP, run in the sandbox one after the other:\n\n" + "\n".join(rows)


def solve(file: str, number: int, line: dict[str, object]) -> str | None:
    """The whole program of a solution; None for a row that is no item."""
    try:
        item = make_item(Row(file, number, line))
    except ValueError:
        return None
    return assemble(item, str(line["canonical_solution"]))


if __name__ == "__main__":
    main()
