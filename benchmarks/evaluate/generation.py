"""EMMA's generation beside `generate` of transformers: the same model, the same prompts, greedy, one thread.

    python -m benchmarks.evaluate.generation BENCH [--languages 2] [--items 8] [--only-print]

BENCH is a folder with `sib200/LANG/{dev,test}.tsv.gz`, whose sentences are translations of one another. The model is
that of `benchmarks.evaluate.scoring`. Three kinds of prompts: translation from English with three examples, which are
the same for all items of a language; the same without examples; and a beginning of eight words. Texts differ in length,
as those of a trained model do: of 8 to 135 tokens, by a hash, since a random model ends none. transformers gets prompts
sorted by length in batches of 4 and 16, of which the cheapest counts; a batch goes on until its longest text is
written. Each side is a process of its own, which has loaded the model and written one text before CPU seconds and peak
memory are taken. Tokens are those that were asked for.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.evaluate.scoring import SCRIPTS, read_tsv, run_alone, write_model
from benchmarks.machine import machine, publish
from emma.store.address import hash64

SHOTS, WORDS = 3, 8
SHORTEST, SPREAD = 8, 128
BATCHES = (4, 16)
"""Sizes of transformers' batches."""
KINDS = ("translation, three examples", "translation, no example", "eight words")


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path, metavar="BENCH")
    parser.add_argument("--languages", type=int, default=2)
    parser.add_argument("--items", type=int, default=8, help="of each language")
    parser.add_argument("--only-print", action="store_true")
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        run_side(*arguments.side)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_model(arguments.bench, folder)
        languages = [each for each in SCRIPTS if (arguments.bench / "sib200" / each).exists()][: arguments.languages]
        requests = {kind: list(read_prompts(arguments.bench, languages, arguments.items, kind)) for kind in KINDS}
        (folder / "requests.json").write_text(json.dumps(requests))
        rows = [compare(folder, kind, each) for kind, each in requests.items()]
    publish("generation", render(rows, arguments), only_print=arguments.only_print)


def read_prompts(bench: Path, languages: Sequence[str], items: int, kind: str) -> Iterator[Any]:
    """Question, examples, and tokens to write."""
    english = [{row[0]: row[-1] for row in read_tsv(bench / f"sib200/eng_Latn/{split}.tsv.gz")} for split in SPLITS]
    for lang in languages:
        own = [{row[0]: row[-1] for row in read_tsv(bench / f"sib200/{lang}/{split}.tsv.gz")} for split in SPLITS]
        pairs = [[(texts[each], mine[each]) for each in sorted(mine)] for texts, mine in zip(english, own, strict=True)]
        shots = [f"English: {one}\n{lang}: {other}\n\n" for one, other in pairs[0][:SHOTS]]
        for one, other in pairs[1][:items]:
            tokens = SHORTEST + hash64(lang, one) % SPREAD
            if kind == KINDS[2]:
                yield [" ".join(other.split()[:WORDS])[:80], [], tokens]
            else:
                yield [f"English: {one}\n{lang}:", shots if kind == KINDS[0] else [], tokens]


SPLITS = ("dev", "test")


def compare(folder: Path, kind: str, requests: Sequence[Any]) -> dict[str, Any]:
    """Both sides on the same prompts, and how many of their texts are the same."""
    ours = run_alone("generation", folder, kind, "emma")
    peers = {size: run_alone("generation", folder, kind, str(size)) for size in BATCHES}
    size = min(peers, key=lambda size: peers[size]["seconds"])
    same = sum(one == other for one, other in zip(ours["texts"], peers[size]["texts"], strict=True))
    return {
        "kind": kind, "texts": len(requests), "tokens": sum(tokens for _, _, tokens in requests), "ours": ours,
        "theirs": peers[size], "batch": size, "same": same,
        "others": {each: peers[each]["seconds"] for each in BATCHES},
    }  # fmt: skip


def run_side(place: str, kind: str, side: str) -> None:
    """Generate, and write texts, CPU seconds and peak memory."""
    torch.set_num_threads(1)
    folder = Path(place)
    requests = json.loads((folder / "requests.json").read_text())[kind]
    generate = prepare_ours(folder / "model") if side == "emma" else prepare_theirs(folder / "model", int(side))
    generate(requests[:1])
    start = time.process_time()
    texts = generate(requests)
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    (folder / "answer.json").write_text(json.dumps({"texts": texts, "seconds": seconds, "memory": memory}))


Generate = Callable[[Sequence[Any]], list[str]]


def prepare_ours(model: Path) -> Generate:
    """What generates with EMMA."""
    from emma.evaluate.backends.hf import HuggingFace
    from emma.evaluate.config import EvaluateConfig
    from emma.evaluate.engine.plan import plan_requests
    from emma.evaluate.engine.requests import GenerateRequest, Prompt

    backend = HuggingFace(model, EvaluateConfig(precision="fp32", device="cpu"))

    def generate(requests: Sequence[Any]) -> list[str]:
        asked = [GenerateRequest(Prompt(query, tuple(shots)), tokens) for query, shots, tokens in requests]
        answers: dict[Any, Any] = {}
        for chunk in plan_requests(backend, asked):
            answers |= zip((each.request for each in chunk), backend.answer(chunk), strict=True)
        return [answers[each].text for each in asked]

    return generate


def prepare_theirs(model: Path, size: int) -> Generate:
    """What generates with transformers."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    tokenizer: Any = AutoTokenizer.from_pretrained(model, padding_side="left", pad_token="</s>")

    def generate(requests: Sequence[Any]) -> list[str]:
        prompts = ["".join(shots) + query for query, shots, _ in requests]
        order = sorted(range(len(prompts)), key=lambda number: -len(prompts[number]))
        texts: dict[int, str] = {}
        for start in range(0, len(order), size):
            numbers = order[start : start + size]
            inputs = tokenizer([prompts[n] for n in numbers], return_tensors="pt", padding=True)
            longest = max(requests[n][2] for n in numbers)
            made = network.generate(**inputs, max_new_tokens=longest, do_sample=False, pad_token_id=1)
            for number, ids in zip(numbers, made[:, inputs.input_ids.shape[1] :].tolist(), strict=True):
                texts[number] = tokenizer.decode(ids[: requests[number][2]], skip_special_tokens=True)
        return [texts[number] for number in range(len(prompts))]

    return generate


def render(rows: Sequence[dict[str, Any]], arguments: argparse.Namespace) -> str:
    """The result in Markdown."""
    lines = [
        "# Generation",
        "",
        f"`python -m benchmarks.evaluate.generation BENCH --languages {arguments.languages} --items {arguments.items}`",
        "",
        machine(),
        "",
        *(__doc__ or "").split("\n\n", 3)[2:],
        "",
        "| | texts | tokens | EMMA, tokens per CPU s | transformers | ratio | its batch | EMMA, GiB |"
        " transformers, GiB | equal texts |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        ours, theirs = row["ours"], row["theirs"]
        cells = [
            row["kind"], row["texts"], f"{row['tokens']:,}", f"{row['tokens'] / ours['seconds']:,.0f}",
            f"{row['tokens'] / theirs['seconds']:,.0f}", f"{theirs['seconds'] / ours['seconds']:.1f}", row["batch"],
            f"{ours['memory']:.2f}", f"{theirs['memory']:.2f}", row["same"],
        ]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", "transformers' CPU seconds with batches of each size: " + "; ".join(
        f"{row['kind']} " + ", ".join(f"{size}: {seconds:.1f}" for size, seconds in row["others"].items())
        for row in rows
    ) + "."]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
