"""Is a base that comes in a GGUF file the model that llama.cpp runs? And what would transformers alone have read?

    python -m benchmarks.gguf FILE TEXTS

FILE is a `.gguf` file or `package:NAME/*.gguf`; TEXTS a folder with FLORES-200 (`*.devtest.zst`), of which the first
lines of every language are taken. llama.cpp is where `emma release --verify` looks for it (EMMA_LLAMA_CPP).
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import zstandard
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.machine import machine, publish
from emma.inspect.clients.llama_cpp import find_home
from emma.inspect.clients.process import ask_script
from emma.models.gguf import convert_gguf
from emma.models.gguf_file import describe_gguf, linked_alone, open_gguf
from emma.models.known_text import PASSAGE
from emma.models.places import find_model_place
from emma.models.tokenizer_file import open_tokenizer

LINES = 40
"""Lines of each language."""
WINDOW = 60
"""Tokens of the passage at once: the script keeps 64."""


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", help="a .gguf file, or package:NAME/*.gguf")
    parser.add_argument("texts", type=Path, metavar="TEXTS", help="folder with *.devtest.zst of FLORES-200")
    parser.add_argument("--only-print", action="store_true", help="write no result file")
    arguments = parser.parse_args()
    file = find_model_place(arguments.file)
    with tempfile.TemporaryDirectory() as temporary:
        publish("gguf", "\n".join(measure(file, arguments.texts, Path(temporary))), only_print=arguments.only_print)


def measure(file: Path, texts: Path, scratch: Path) -> list[str]:
    """The lines of the result."""
    start = time.process_time()
    record = convert_gguf(file, scratch / "model")
    took = time.process_time() - start
    lines = {path.name.split(".")[0]: read_lines(path) for path in sorted(texts.glob("*.devtest.zst"))}
    tokenizer = open_tokenizer(scratch / "model")
    ids = tokenizer.encode(PASSAGE, add_special_tokens=False).ids
    windows = [ids[start : start + WINDOW] for start in range(0, len(ids), WINDOW)]
    every = [line for of_language in lines.values() for line in of_language]
    question = {"model": str(file), "texts": every, "inputs": windows}
    answer = ask_script("with_llama_cpp", question, scratch, find_home() / "bin" / "python")
    own = [tokenizer.encode(line, add_special_tokens=False).ids for line in every]
    plain = encode_plainly(file, every)
    return [
        *head(file, record, took, answer.fields["version"]),
        *compare_tokens(lines, answer.fields["ids"], {"EMMA": own, "transformers alone": plain}),
        *compare_logits(scratch / "model", windows, [answer.array(f"logits-{n}") for n in range(len(windows))]),
        "",
    ]


def read_lines(path: Path) -> list[str]:
    """The first lines of a compressed file."""
    text = zstandard.ZstdDecompressor().stream_reader(path.open("rb")).read().decode()
    return text.splitlines()[:LINES]


def encode_plainly(file: Path, texts: list[str]) -> list[list[int]]:
    """Ids by the tokenizer that transformers makes of the file."""
    with linked_alone(file) as folder:
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, gguf_file=file.name)
    return [tokenizer(text, add_special_tokens=False).input_ids for text in texts]


def head(file: Path, record: dict[str, Any], took: float, version: str) -> list[str]:
    """What was measured, where, and what it cost to read."""
    facts = describe_gguf(open_gguf(file))
    kinds = ", ".join(f"{count:,} in {name}" for name, count in facts["weights"].items())
    return [
        "# A base in a GGUF file beside llama.cpp",
        "",
        f"`python -m benchmarks.gguf` ({__doc__.split(chr(10))[0]})",
        "",
        f"{machine()}; llama-cpp-python {version}.",
        "",
        f"{facts['file']}: {facts['architecture']}, {kinds}. Read in {took:.0f} s of processor time, "
        f"once. {record['beginning']!r} goes on {record['continuation']!r}; an English "
        f"passage takes {record['bits_per_byte']:.3f} bits per byte.",
        "",
    ]


def compare_tokens(
    lines: dict[str, list[str]], expected: list[list[int]], found: dict[str, list[list[int]]]
) -> list[str]:
    """Lines whose ids are those of llama.cpp, by who read the tokenizer."""
    owners = [lang for lang, of_language in lines.items() for _ in of_language]
    rows = []
    for name, ids in found.items():
        other = [lang for lang, one, two in zip(owners, ids, expected, strict=True) if one != two]
        rows.append(f"| {name} | {len(owners) - len(other):,} of {len(owners):,} | {len(set(other))} of {len(lines)} |")
    title = f"## Ids of the first {LINES} lines of FLORES-200 devtest in {len(lines)} languages, against llama.cpp's"
    return [title, "", "| tokenizer read by | same ids, lines | languages with others |", "|---|--:|--:|", *rows, ""]


@torch.no_grad()
def compare_logits(folder: Path, windows: list[list[int]], expected: list[Any]) -> list[str]:
    """The passage by both: bits per byte, likeliest next tokens, and how far logits are apart."""
    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    own = [model(input_ids=torch.tensor([ids])).logits[0].numpy() for ids in windows]
    apart = np.concatenate([np.abs(one - two).ravel() for one, two in zip(own, expected, strict=True)])
    same = np.concatenate([one.argmax(-1) == two.argmax(-1) for one, two in zip(own, expected, strict=True)])
    bits = [bits_per_byte(each, windows) for each in (own, expected)]
    return [
        "## The passage",
        "",
        f"In windows of {WINDOW} tokens: {bits[0]:.4f} bits per byte by the folder in float32, {bits[1]:.4f} by "
        "llama.cpp, which also rounds activations to 8 bits where weights are quantised. The likeliest next token is "
        f"the same at {same.mean():.1%} of {len(same)} places; logits are {apart.mean():.3f} apart in the mean, "
        f"{apart.max():.2f} at most.",
    ]


def bits_per_byte(logits: list[Any], windows: list[list[int]]) -> float:
    """Bits per byte of the passage, each window from its second token on."""
    bits = 0.0
    for each, ids in zip(logits, windows, strict=True):
        scores = torch.tensor(np.array(each[:-1])).double().log_softmax(-1)
        bits -= float(scores.gather(1, torch.tensor(ids[1:])[:, None]).sum()) / np.log(2)
    return bits / len(PASSAGE.encode())


if __name__ == "__main__":
    main()
