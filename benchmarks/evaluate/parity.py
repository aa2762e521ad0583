"""The same requests under EMMA's engine and under lm-eval's model with transformers (`HFLM`): how far they differ.

    python -m benchmarks.evaluate.parity BENCH [--languages 4] [--items 5] [--only-print]

BENCH is a folder with a folder for each task, as `emma evaluate --data` takes it. EMMA's own tasks are asked in every
variant, and tasks of lm-eval by its own prompts. The model is that of `benchmarks.evaluate.scoring`: a Llama of 26
million parameters with random weights, in float32, behind a tokenizer that puts a begin token before every text.
Choices differ by the largest difference of two log-likelihoods, texts by how many are not the same.
"""

import argparse
import csv
import gzip
import json
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.evaluate.scoring import write_model
from benchmarks.machine import machine, publish
from emma.evaluate.engine.plan import plan_requests
from emma.evaluate.engine.requests import Answer, GenerateRequest, Request, ScoreAnswer, ScoreRequest, TextAnswer
from emma.evaluate.tasks.registry import find_task
from emma.evaluate.tasks.task import Asking, Task

OWN = ("xcopa", "americasnli", "belebele", "sib200", "mgsm")
HARNESS = (
    *("xcopa_sw", "xcopa_th", "xcopa_qu"),
    *("sib_aka_prompt_1", "sib_ary_prompt_1", "sib_afr_prompt_1"),
    *("mgsm_direct_bn", "mgsm_direct_ja", "mgsm_direct_ru"),
)
MAX_TOKENS = 24
"""Tokens that are written: a random model never stops by itself."""


def main() -> None:
    """Compare and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path, metavar="BENCH")
    parser.add_argument("--languages", type=int, default=4, help="of each of EMMA's tasks")
    parser.add_argument("--items", type=int, default=5, help="of each language")
    parser.add_argument("--only-print", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_model(arguments.bench, folder)
        write_harness_data(arguments.bench, folder / "lm-eval")
        models = open_models(folder / "model")
        rows = [row for name in OWN for row in compare_own(arguments, name, models)]
        rows += [row for name in HARNESS for row in compare_harness(folder / "lm-eval", name, arguments.items, models)]
    publish("parity", render(rows, arguments), only_print=arguments.only_print)


def open_models(folder: Path) -> tuple[Any, Any]:
    """EMMA's backend and lm-eval's model of one folder."""
    from lm_eval.models.huggingface import HFLM

    from emma.evaluate.backends.hf import HuggingFace
    from emma.evaluate.config import EvaluateConfig

    settings = {"device": "cpu", "dtype": "float32", "batch_size": 8, "add_bos_token": True}
    ours = HuggingFace(folder, EvaluateConfig(precision="fp32", device="cpu"))
    return ours, HFLM(pretrained=str(folder), **settings)  # type: ignore[arg-type]


def write_harness_data(bench: Path, folder: Path) -> None:
    """Put data at hand where tasks of lm-eval look for theirs: `NAME/SPLIT.jsonl`, in the layout of the hub."""
    for name in HARNESS:
        kind, lang = name.split("_")[0], name.split("_")[-1 if "mgsm" in name or "xcopa" in name else 1]
        read = {"xcopa": read_xcopa, "sib": read_sib, "mgsm": read_mgsm}[kind]
        for split, rows in read(bench, lang):
            path = folder / name / f"{split}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


Splits = Iterator[tuple[str, Iterable[Any]]]


def read_xcopa(bench: Path, lang: str) -> Splits:
    """XCOPA lies as on the hub."""
    for split, short in (("test", "test"), ("validation", "val")):
        lines = (bench / "xcopa" / lang / f"{short}.{lang}.jsonl").read_text(encoding="utf-8").splitlines()
        yield split, map(json.loads, lines)


def read_sib(bench: Path, lang: str) -> Splits:
    """SIB-200: tables of index_id, category and text."""
    (folder,) = (bench / "sib200").glob(f"{lang}_*")
    for split, short in (("test", "test"), ("validation", "dev")):
        with gzip.open(folder / f"{short}.tsv.gz", "rt", encoding="utf-8") as stream:
            yield split, list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_mgsm(bench: Path, lang: str) -> Splits:
    """MGSM: tables of question and answer, without a heading."""
    lines = (bench / "mgsm" / f"mgsm_{lang}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [
        {"question": question, "answer": None, "answer_number": int(answer.replace(",", "")), "equation_solution": None}
        for question, answer in (line.split("\t") for line in lines)
    ]
    yield "test", rows
    yield "train", rows[:1]


def compare_own(arguments: argparse.Namespace, name: str, models: tuple[Any, Any]) -> Iterator[list[str]]:
    """A row for each variant of one of EMMA's tasks."""
    task = find_task(name)
    folder = arguments.bench / task.info.folder
    langs = task.languages(folder)[: arguments.languages]
    asked: dict[str, list[Request]] = {}
    for lang in langs:
        for variant, requests in ask_items(task, folder, lang, arguments.items):
            asked.setdefault(variant, []).extend(requests)
    for variant, requests in asked.items():
        yield [f"{name}, {variant}", "EMMA", str(len(langs)), *compare(requests, *models)]


def compare_harness(folder: Path, name: str, items: int, models: tuple[Any, Any]) -> Iterator[list[str]]:
    """A row for a task of lm-eval."""
    task = find_task(f"lm-eval:{name}")
    requests = [each for _, found in ask_items(task, folder, task.languages(folder)[0], items) for each in found]
    yield [name, "lm-eval", "1", *compare(requests, *models)]


def ask_items(task: Task, folder: Path, lang: Any, items: int) -> Iterator[tuple[str, Sequence[Request]]]:
    """The requests of the first items in a language, by variant."""
    data, asking = task.read(folder, lang), Asking()
    for item in data.items[:items]:
        yield from task.ask(item, lang, data, asking).items()


def compare(requests: Sequence[Request], ours: Any, theirs: Any) -> list[str]:
    """Number of requests, the largest difference of log-likelihoods, other likeliest tokens, other texts."""
    requests = [replace(r, max_tokens=MAX_TOKENS) if isinstance(r, GenerateRequest) else r for r in requests]
    answers: dict[Request, Answer] = {}
    for chunk in plan_requests(ours, requests):
        answers |= zip((each.request for each in chunk), ours.answer(chunk), strict=True)
    scores = [each for each in requests if isinstance(each, ScoreRequest)]
    texts = [each for each in requests if isinstance(each, GenerateRequest)]
    found = [pair for each in scores for pair in list_scores(answers[each])]
    instances = [make_instance(each, choice) for each in scores for choice in each.choices]
    peers = theirs.loglikelihood(instances) if scores else []
    pairs = list(zip(found, peers, strict=True))
    written = theirs.generate_until([make_instance(each) for each in texts]) if texts else []
    other = sum(answers[each].text != text for each, text in zip(texts, written, strict=True))  # type: ignore[union-attr]
    return [
        str(len(found) + len(texts)),
        f"{max(abs(one + theirs) for (one, _), (theirs, _) in pairs):.1e}" if pairs else "",
        str(sum(one != theirs for (_, one), (_, theirs) in pairs)) if pairs else "",
        str(other) if texts else "",
    ]


def list_scores(answer: Answer) -> Iterator[tuple[float, bool]]:
    """Nats of each choice, and whether its tokens are the likeliest."""
    assert isinstance(answer, ScoreAnswer) and not isinstance(answer, TextAnswer)
    yield from zip(answer.nats, answer.greedy, strict=True)


def make_instance(request: Request, choice: str = "") -> Any:
    """The harness's request for one of ours."""
    from lm_eval.api.instance import Instance

    if isinstance(request, ScoreRequest):
        return Instance("loglikelihood", {}, (request.prompt.text, choice), 0)
    settings = {"until": list(request.stop), "max_gen_toks": request.max_tokens, "do_sample": False}
    return Instance("generate_until", {}, (request.prompt.text, settings), 0)


def render(rows: Sequence[Sequence[str]], arguments: argparse.Namespace) -> str:
    """The result as Markdown."""
    heading = ("task", "prompts of", "languages", "requests", "largest difference", "other likeliest", "other texts")
    table = "\n".join(f"| {' | '.join(row)} |" for row in (heading, ["---", "---", *["--:"] * 5], *rows))
    command = f"python -m benchmarks.evaluate.parity BENCH --languages {arguments.languages} --items {arguments.items}"
    about = textwrap.fill(" ".join(str(__doc__).split("\n\n")[2].split()), 120)
    return f"""# Parity with lm-eval

    {command}

{about}

{table}

The largest difference is of log-likelihoods, in nats. "Other likeliest" counts choices of which one side says that
greedy decoding would write them and the other not. Of texts {MAX_TOKENS} tokens are written, greedily.

Measured on {machine()}.
"""


if __name__ == "__main__":
    main()
