"""EMMA's scoring beside lm-eval's with transformers (`HFLM`): the same model, the same requests, one thread.

    python -m benchmarks.evaluate.scoring BENCH [--languages 6] [--items 20] [--only-print]

BENCH is a folder with `sib200/LANG/{dev,test}.tsv.gz` and `xcopa/LANG/test.LANG.jsonl` as their authors publish them.
The model is a Llama of 26 million parameters (8 layers, 384 wide, 16,000 pieces) of random weights, in float32; its
byte-level tokenizer is learnt from the development texts. SIB-200 has three examples, the same ones for all items of a
language, and seven labels; XCOPA has two choices and no examples. Texts to score whole are all the test sentences of
three languages in documents, among them documents longer than the context of 512 tokens; EMMA scores them at each
`stride`, lm-eval at one that is called 1 here. Each side is a process of its
own, which has loaded the model and scored one request of each kind before its CPU seconds and peak memory are taken.
lm-eval is called without its tasks and tables, which cost more on top. Log-likelihoods are compared one by one.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.machine import machine, publish

LAYERS, WIDTH, PIECES, CONTEXT = 8, 384, 16_000, 2048
ROLLING_CONTEXT, DOCUMENTS = 512, 360
SHOTS = 3
LABELS = ("science/technology", "travel", "politics", "sports", "health", "entertainment", "geography")
BECAUSE = {"cause": " because", "effect": " so"}
SCRIPTS = ("swh_Latn", "yor_Latn", "arb_Arab", "mai_Deva", "tha_Thai", "khm_Khmr", "zho_Hans", "ewe_Latn", "kat_Geor")
"""Languages in the order in which they are taken; what is not in BENCH is passed over."""
BATCHES = (8,)
"""Sizes of lm-eval's batches, of which the cheapest counts."""
STRIDES = {"SIB-200": ("",), "XCOPA": ("",), "whole texts": ("0.5", "1.0")}
Pair = tuple[str, tuple[str, ...]]
"""A prompt and its choices; EMMA is given the prompt in parts."""


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path, metavar="BENCH")
    parser.add_argument("--languages", type=int, default=6)
    parser.add_argument("--items", type=int, default=20, help="of each language; twice as many of XCOPA")
    parser.add_argument("--only-print", action="store_true")
    parser.add_argument("--only", choices=STRIDES, help="one of the three comparisons")
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        run_side(*arguments.side)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        languages = [each for each in SCRIPTS if (arguments.bench / "sib200" / each).exists()][: arguments.languages]
        write_model(arguments.bench, folder)
        requests = {
            "SIB-200": list(read_sib(arguments.bench, languages, arguments.items)),
            "XCOPA": list(read_xcopa(arguments.bench, 2 * arguments.items)),
            "whole texts": read_documents(arguments.bench, languages[:3]),
        }
        (folder / "requests.json").write_text(json.dumps(requests))
        rows = [
            row
            for name, each in requests.items()
            if arguments.only in (None, name)
            for row in compare(folder, name, each)
        ]
    publish("scoring", render(rows, arguments), only_print=arguments.only_print)


def write_model(bench: Path, folder: Path) -> None:
    """Save the tokenizer and the random model."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    texts = [row[-1] for path in sorted(bench.glob("sib200/*/dev.tsv.gz")) for row in read_tsv(path)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    specials = ["<s>", "</s>"]
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES, special_tokens=specials, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    fast.save_pretrained(folder / "model")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=PIECES, hidden_size=WIDTH, intermediate_size=1024, num_hidden_layers=LAYERS, num_attention_heads=6,
        max_position_embeddings=CONTEXT, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder / "model")


def read_tsv(path: Path) -> Iterator[list[str]]:
    """Rows of a TSV file, its head left out."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        next(stream)
        yield from (line.rstrip("\n").split("\t") for line in stream)


def read_sib(bench: Path, languages: Sequence[str], items: int) -> Iterator[Any]:
    """Prompts in parts, and labels."""
    choices = [f" {label}" for label in LABELS]
    for lang in languages:
        rows = [list(read_tsv(bench / "sib200" / lang / f"{split}.tsv.gz")) for split in ("dev", "test")]
        shots = [f"Text: {text}\nTopic: {label}\n\n" for _, label, text in rows[0][:SHOTS]]
        for _, _, text in rows[1][:items]:
            yield [f"Text: {text}\nTopic:", shots, choices]


def read_xcopa(bench: Path, items: int) -> Iterator[Any]:
    """Prompts and choices as lm-eval has them for English words between; the languages are XCOPA's own."""
    for path in sorted(bench.glob("xcopa/*/test.*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines()[:items]:
            row = json.loads(line)
            choices = [f" {row[name][0].lower()}{row[name][1:]}" for name in ("choice1", "choice2")]
            yield [row["premise"].strip()[:-1] + BECAUSE[row["question"]], [], choices]


def read_documents(bench: Path, languages: Sequence[str]) -> list[str]:
    """Test sentences in documents of one to thirty sentences."""
    documents = []
    for lang in languages:
        texts = [row[-1] for split in ("dev", "test") for row in read_tsv(bench / "sib200" / lang / f"{split}.tsv.gz")]
        for number in range(DOCUMENTS // len(languages)):
            size = 1 + number * 7 % 30 if number % 6 == 0 else 1 + number % 4
            documents.append(" ".join(texts[(number * 5 + at) % len(texts)] for at in range(size)))
    return documents


def compare(folder: Path, name: str, requests: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Both sides on the same requests, and how they differ."""
    peers = {size: run_alone("scoring", folder, name, str(size)) for size in BATCHES}
    size = min(peers, key=lambda size: peers[size]["seconds"])
    theirs = peers[size]
    for stride in STRIDES[name]:
        ours = run_alone("scoring", folder, name, f"emma {stride}")
        # What is longer than the context is read in other windows by each side.
        pairs = [pair for pair in zip(ours["nats"], theirs["nats"], ours["fits"], strict=True) if pair[2]]
        print(name, stride, ours["seconds"], theirs["seconds"], file=sys.stderr, flush=True)
        yield {
            "name": f"{name}, stride {stride}" if stride else name,
            "items": len(requests), "ours": ours, "theirs": theirs, "batch": size, "compared": len(pairs),
            "difference": max(abs(one - other) for one, other, _ in pairs),
            "relative": max(abs(one / other - 1) for one, other, _ in pairs),
            "nats": sum(ours["nats"]) / sum(theirs["nats"]),
            "others": {each: found["seconds"] for each, found in peers.items()},
        }  # fmt: skip


def run_alone(script: str, folder: Path, name: str, side: str) -> dict[str, Any]:
    """One side of a benchmark of this folder in a process of its own, on one thread; what it measured."""
    limits = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
    quiet = {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    command = [sys.executable, "-m", f"benchmarks.evaluate.{script}", ".", "--side", str(folder), name, side]
    subprocess.run(command, check=True, env={**os.environ, **limits, **quiet}, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads((folder / "answer.json").read_text())
    return found


def run_side(place: str, name: str, side: str) -> None:
    """Score, and write nats, CPU seconds and peak memory."""
    torch.set_num_threads(1)
    folder = Path(place)
    requests = json.loads((folder / "requests.json").read_text())[name]
    prepare = prepare_ours if side.startswith("emma") else prepare_theirs
    score = prepare(folder / "model", name == "whole texts", side)
    score(requests[:1])
    start = time.process_time()
    nats = score(requests)
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    fits = [True] * len(nats) if name != "whole texts" else fitting(folder / "model", requests)
    answer = {"nats": nats, "seconds": seconds, "memory": memory, "fits": fits}
    (folder / "answer.json").write_text(json.dumps(answer))


def fitting(model: Path, texts: Sequence[str]) -> list[bool]:
    """Which texts fit into the context."""
    from emma.evaluate.backends.model import open_model_tokenizer

    tokenizer, _ = open_model_tokenizer(model)
    return [len(each.ids) <= ROLLING_CONTEXT for each in tokenizer.encode_batch(texts, add_special_tokens=False)]


Score = Callable[[Sequence[Any]], list[float]]


def prepare_ours(model: Path, whole: bool, side: str) -> Score:
    """What scores requests with EMMA."""
    from emma.evaluate.backends.hf import HuggingFace
    from emma.evaluate.config import EvaluateConfig
    from emma.evaluate.engine.plan import plan_requests
    from emma.evaluate.engine.requests import Prompt, ScoreRequest
    from emma.evaluate.likelihood.score import Scorer

    section = EvaluateConfig(precision="fp32", device="cpu")
    if whole:
        settings = {"context": ROLLING_CONTEXT, "stride": float(side.split()[1])}
        scorer = Scorer.open(model, section.model_copy(update=settings))
        return lambda texts: [each.nats for each in scorer.score(texts)]
    backend = HuggingFace(model, section)

    def score(requests: Sequence[Any]) -> list[float]:
        asked = [ScoreRequest(Prompt(query, tuple(shots)), tuple(choices)) for query, shots, choices in requests]
        answers: dict[Any, Any] = {}
        for chunk in plan_requests(backend, asked):
            answers |= zip((each.request for each in chunk), backend.answer(chunk), strict=True)
        return [nats for each in asked for nats in answers[each].nats]

    return score


def prepare_theirs(model: Path, whole: bool, size: str) -> Score:
    """What scores requests with lm-eval."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    length = ROLLING_CONTEXT if whole else CONTEXT
    # Of whole texts lm-eval itself puts a beginning-of-text token first.
    settings = {"add_bos_token": False} if whole else {}
    lm = HFLM(str(model), device="cpu", dtype="float32", batch_size=int(size), max_length=length, **settings)

    def score(requests: Sequence[Any]) -> list[float]:
        if whole:
            asked = [Instance("loglikelihood_rolling", {}, (text,), 0) for text in requests]
            return [-nats for nats in lm.loglikelihood_rolling(asked, disable_tqdm=True)]
        pairs = [("".join(shots) + query, choice) for query, shots, choices in requests for choice in choices]
        asked = [Instance("loglikelihood", {}, pair, 0) for pair in pairs]
        return [-nats for nats, _ in lm.loglikelihood(asked, disable_tqdm=True)]

    return score


def render(rows: Sequence[dict[str, Any]], arguments: argparse.Namespace) -> str:
    """The result in Markdown."""
    import lm_eval

    lines = [
        "# Scoring",
        "",
        f"`python -m benchmarks.evaluate.scoring BENCH --languages {arguments.languages} --items {arguments.items}`",
        "",
        f"{machine()}, lm-eval {lm_eval.__version__}",
        "",
        (__doc__ or "").split("\n\n", 2)[2].strip(),
        "",
        "| | items | log-likelihoods | EMMA, CPU s | lm-eval, CPU s | ratio | its batch | EMMA, GiB | lm-eval, GiB |"
        " compared | largest difference, nats | relative | nats, EMMA / lm-eval |",
        "|---|" + "--:|" * 12,
    ]
    for row in rows:
        ours, theirs = row["ours"], row["theirs"]
        cells = [
            row["name"], f"{row['items']:,}", f"{len(ours['nats']):,}", f"{ours['seconds']:.1f}",
            f"{theirs['seconds']:.1f}", f"{theirs['seconds'] / ours['seconds']:.1f}", row["batch"],
            f"{ours['memory']:.2f}", f"{theirs['memory']:.2f}", f"{row['compared']:,}", f"{row['difference']:.1e}",
            f"{row['relative']:.1e}", f"{row['nats']:.4f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", "lm-eval's CPU seconds with batches of each size: " + "; ".join(
        f"{row['name']} " + ", ".join(f"{size}: {seconds:.1f}" for size, seconds in row["others"].items())
        for row in rows
    ) + "."]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
