"""Expanding a vocabulary, measured: 32,000 new pieces from 100 MB of text on a Llama-2 base, beside its peers.

    python -m benchmarks.train.vocab [--data ../shared/data] [--work DIR] [--pieces 32000] [--megabytes 100]

The text is the training split of the bench set (`benchmarks.corpus.made`: declarations, Bibles, treebanks, interface
messages, stories in some 770 languages; an eighth of it is sentences of large languages a second time, shuffled), taken
in proportion to what there is (alpha 1), so that all bytes are different documents. What is measured is the
command `emma vocab` whole: reading the documents, counting words, learning, writing both forms of the tokenizer, and
counting what every language costs. The peers learn a vocabulary of the same size, from nothing, from a file with the
same texts: the `sentencepiece` trainer (BPE) and `tokenizers`' BpeTrainer, both with two threads; reading the corpus,
and joining what they learn to the base's vocabulary, would come on top. Memory is the largest sum over the process tree
of proportional set sizes, sampled four times a second. Tokens are counted on the same held-out text for all.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.corpus import made
from benchmarks.end_to_end import Watch, measure
from benchmarks.machine import machine, result_path
from emma.inspect.vocab.counters import open_counters
from emma.inspect.vocab.measure import CostMeasurer, LanguageCosts
from emma.inspect.vocab.texts import TextBlock
from emma.pipeline.home import Home, Run
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.sample import SampleText, measure_text, plan_held_out_sample, plan_training_sample, take_sample

HELD_OUT_BYTES = 200_000
"""Of each language and domain; what is held out of each is less than that for most."""
THREADS = 2


@dataclass(frozen=True)
class Took:
    """One vocabulary learnt."""

    name: str
    place: str
    """What `emma vocab report` opens."""
    wall_s: float
    cpu_s: float
    peak_bytes: int


def base_of(data: Path, folder: Path) -> Path:
    """A model folder with Llama 2's tokenizer, and the smallest model that goes with it."""
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    LlamaForCausalLM(LlamaConfig(vocab_size=32_000, num_key_value_heads=2, **sizes)).save_pretrained(folder)
    shutil.copyfile(data / "model" / "llama2_tokenizer" / "tokenizer.model", folder / "tokenizer.model")
    return folder


def compiled(documents: Path, base: Path, work: Path) -> Path:
    """The recipe of the set, compiled up to curate in `work/home`, and the kernels compiled by a small expansion."""
    recipe = work / "vocab.toml"
    recipe.write_text(f'base = "{base}"\n{made.recipe(documents)}')
    measure(["curate", str(recipe), "--quiet"], work / "home")
    few = ["--set", "vocab.new_pieces=100", "--set", "vocab.sample_bytes=100000"]
    measure(["vocab", str(recipe), "--quiet", *few], work / "home")
    return recipe


def expand(recipe: Path, work: Path, pieces: int, sample_bytes: int) -> Took:
    """EMMA's own."""
    settings = {"new_pieces": pieces, "sample_bytes": sample_bytes, "alpha": 1}
    changes = [part for name, value in settings.items() for part in ("--set", f"vocab.{name}={value}")]
    took = measure(["vocab", str(recipe), "--quiet", *changes], work / "home")
    place = Home(work / "home").run("vocab").artifact("vocab").file("tokenizer")
    return Took("emma vocab", str(place), took.wall_s, took.cpu_s, max(took.peak.values()))


def texts(run: Run, sample_bytes: int) -> tuple[list[SampleText], list[SampleText]]:
    """The sample that the stage learns from, and held-out text by language and domain."""
    collect, curate = run.artifact("collect"), run.artifact("curate")
    pairs = list(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, pair in enumerate(pairs):
            out = Path(folder) / str(number)
            out.mkdir()
            measure_text(out, pair)
            parts.append(Artifact(out, str(number)))
        measured = shards.read_all(part.file("bytes.parquet") for part in parts)
    train = plan_training_sample(measured, sample_bytes, 1.0, 1)
    held_out = plan_held_out_sample(measured, HELD_OUT_BYTES)
    sample = [text for pair in pairs for text in take_sample(pair, train, ("lang",))]
    return sample, [text for pair in pairs for text in take_sample(pair, held_out, ("lang", "domain"))]


def peer(name: str, text: Path, out: Path, pieces: int) -> Took:
    """A peer's, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.train.vocab", "--learn", name, str(text), str(out), str(pieces)]
    start, before = time.perf_counter(), psutil.Process().cpu_times()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        watch = Watch(psutil.Process(process.pid), text.parent)
        thread = threading.Thread(target=watch.run)
        thread.start()
        process.wait()
        wall = time.perf_counter() - start
        thread.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = psutil.Process().cpu_times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Took(name, str(out), wall, cpu, max(watch.peak.values()))


def learn_sentencepiece(text: Path, out: Path, pieces: int) -> None:
    """With the settings of Llama 2's own vocabulary."""
    import sentencepiece

    sentencepiece.SentencePieceTrainer.Train(
        input=str(text),
        model_prefix=str(out.with_suffix("")),
        model_type="bpe",
        vocab_size=pieces,
        character_coverage=0.9999,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        max_sentence_length=1_000_000,
        num_threads=THREADS,
        minloglevel=2,
    )


def learn_tokenizers(text: Path, out: Path, pieces: int) -> None:
    """The same kind, as far as the library has it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=pieces, special_tokens=special, min_frequency=10, show_progress=False)
    tokenizer.train([str(text)], trainer)
    tokenizer.save(str(out))


PEERS = {"sentencepiece": (learn_sentencepiece, "model"), "tokenizers": (learn_tokenizers, "json")}


def costs(
    tooks: Sequence[Took], base: Path, held_out: Sequence[SampleText], home: Home
) -> tuple[list[int], list[LanguageCosts]]:
    """Size of each vocabulary, the base's first, and each language's tokens."""
    counters = open_counters([f"base={base}", *(f"{took.name.replace(' ', '-')}={took.place}" for took in tooks)], home)
    measurer = CostMeasurer(counters)
    by_lang: dict[str, list[str]] = {}
    for text in held_out:
        by_lang.setdefault(text.group.partition("\t")[0], []).append(text.text)
    for lang, own in by_lang.items():
        measurer.add(TextBlock(lang, tuple(own)))
    return [counter.pieces for counter in counters], measurer.languages()


def table(tooks: Sequence[Took], sizes: Sequence[int], languages: Sequence[LanguageCosts]) -> list[str]:
    """One row a vocabulary."""
    lines = [
        "| vocabulary | wall s | CPU s | peak MB | pieces in all | tokens/byte, all text | mean of languages |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    size = sum(row.bytes for row in languages)
    for place, (took, pieces) in enumerate(zip([None, *tooks], sizes, strict=True)):
        tokens = sum(row.costs[place].tokens for row in languages)
        mean = sum(row.costs[place].tokens_per_byte for row in languages) / len(languages)
        name = "Llama 2, the base" if took is None else took.name
        cost = f"{took.wall_s:.1f} | {took.cpu_s:.1f} | {took.peak_bytes / 1e6:,.0f}" if took else "– | – | –"
        lines.append(f"| {name} | {cost} | {pieces:,} | {tokens / size:.3f} | {mean:.3f} |")
    return lines


def facts(run: Run, sample: Sequence[SampleText], held_out: Sequence[SampleText]) -> list[str]:
    """What was learnt from what."""
    vocab = run.artifact("vocab").counts
    size, other = (sum(text.bytes for text in each) for each in (sample, held_out))
    langs = len({text.group for text in sample})
    return [
        f"- Learnt from {size / 1e6:.1f} MB of text, {len(sample):,} documents in {langs} languages.",
        f"- EMMA's new pieces: {vocab['pieces_new']:,}, of which {vocab['characters']:,} characters.",
        f"- Counted on {other / 1e6:.1f} MB of other text, {len({text.group for text in held_out})} languages.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "emma-vocab-bench")
    parser.add_argument("--set", type=Path, default=None, help="where the bench set is, or is to be made")
    parser.add_argument("--pieces", type=int, default=32_000)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--learn", nargs=4, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.learn:
        name, text, out, pieces = arguments.learn
        PEERS[name][0](Path(text), Path(out), int(pieces))
        return
    arguments.work.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=arguments.work))
    maker = [sys.executable, "-m", "benchmarks.corpus.made", "--data", str(arguments.data)]
    documents = arguments.set or arguments.work / "set"
    subprocess.run([*maker, "--out", str(documents)], check=True, stdout=subprocess.DEVNULL)
    base = base_of(arguments.data, work / "llama2")
    recipe = compiled(documents / "documents", base, work)
    sample_bytes = arguments.megabytes * 1_000_000
    busy = os.getloadavg()[0]
    tooks = [expand(recipe, work, arguments.pieces, sample_bytes)]
    print(tooks[0], flush=True)
    run = Home(work / "home").run("vocab")
    sample, held_out = texts(run, sample_bytes)
    file = work / "text.txt"
    file.write_text("\n".join(text.text for text in sample), encoding="utf-8")
    for name, (_, suffix) in PEERS.items():
        tooks.append(peer(name, file, work / f"{name}.{suffix}", arguments.pieces))
        print(tooks[-1], flush=True)
    found = table(tooks, *costs(tooks, base, held_out, Home(work / "home")))
    head = ["# Expanding a vocabulary", "", "`python -m benchmarks.train.vocab`", "", machine(), ""]
    shared = "Where others share the machine, CPU seconds compare and wall does not."
    load = f"- Load average when it began: {busy:.1f}. {shared}"
    claim = f"- {tooks[0].wall_s:.0f} s, {tooks[0].peak_bytes / 1e6:,.0f} MB; the bar is 600 s and 4,000 MB."
    lines = [*head, *found, "", claim, *facts(run, sample, held_out), load, ""]
    result_path("vocab").write_text("\n".join(lines), encoding="utf-8")
    print(result_path("vocab").read_text(encoding="utf-8"))
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
