"""Language identification, measured: a model trained from clean sources, and its speed beside fastText's own.

    python -m benchmarks.corpus.lid recipes/world.toml --set data=../shared/data

The model learns from declarations and Bibles; it is measured with lines held out of these, and with other sources
altogether. Speed is that of one core on the same documents cut to 1,000 characters, for that model and for one of the
shape of GlotLID 3 (2,102 labels, 1,634,361 vectors of 256 numbers; here random), each in a process of its own.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
from iso639 import ALL_LANGUAGES

from benchmarks.machine import machine, result_path
from emma.annotate.config import LidConfig
from emma.annotate.identify import read_labelled_texts, sample_training_lines
from emma.lid.format import write_model_file
from emma.lid.labels import labels_agree
from emma.lid.measure import measure_model
from emma.lid.model import MAX_CHARS, open_model
from emma.lid.training import are_held_out, train_classifier
from emma.pipeline.home import Home
from emma.pipeline.lid import CleanCorpus
from emma.pipeline.recipe import Recipe
from emma.store import shards
from emma.work.local import Local
from emma.work.progress import Reporter

CLEAN, OTHERS = ("udhr", "bible"), ("ud", "african-storybook", "tatoeba")
GLOTLID = (2_102, 1_634_361, 256)
"""Labels, vectors, dimension."""
LARGE_SCRIPTS = ("Hani", "Hans", "Hant", "Jpan", "Kore", "Thai", "Laoo", "Khmr", "Mymr", "Ethi")
MENU = (
    "Home | About us | Contact | Privacy policy | Terms of use | Log in | Sign up | Share this page on social media. "
)
"""What stands around a document of the web."""


def quality(corpus: CleanCorpus, model: Path) -> list[str]:
    """How good the model is on lines held out and on other sources."""
    facts = json.loads((model / "lid.json").read_text(encoding="utf-8"))
    confusions = shards.read(model / "lid_confusions.parquet").to_pylist()
    size = (model / "model.bin").stat().st_size
    lines = [
        f"Trained on {facts['lines_trained']:,} lines of {facts['languages']} languages ({', '.join(CLEAN)}); "
        f"{size / 1e6:.1f} MB.",
        "",
        "| measured with | lines | languages | known | macro-F1 | accuracy |",
        "|---|--:|--:|--:|--:|--:|",
        row("held-out lines", facts["held_out"]),
    ]
    opened, taken = open_model(str(model)), Counter[tuple[str, str]]()
    for source in OTHERS:
        measured = measure_model(opened, lines_of(corpus, (source,)))
        lines.append(row(source, measured.means))
        known = set(measured.languages.filter(measured.languages["known"])["lang"].to_pylist())
        taken.update(pairs(each for each in measured.confusions.to_pylist() if each["lang"] in known))
    return [
        *lines,
        "",
        f"Confusions among held-out lines: {listed(pairs(confusions))}.",
        "",
        f"On other sources: {listed(taken)}.",
    ]


def pairs(confusions: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Lines by language and what it was taken for."""
    return Counter({(each["lang"], each["said"] or "nothing"): each["lines"] for each in confusions})


def listed(confusions: Counter[tuple[str, str]]) -> str:
    """The most frequent ones."""
    most = sorted(confusions.items(), key=lambda item: (-item[1], item[0]))[:15]
    return ", ".join(f"{lang} → {said} {lines}" for (lang, said), lines in most)


def lines_of(corpus: CleanCorpus, sources: tuple[str, ...]) -> pa.Table:
    """A sample of some sources' lines."""
    return sample_training_lines(LidConfig(train=sources, training=corpus.config.training), corpus.collect, corpus.work)


def choices(corpus: CleanCorpus, folder: Path) -> list[str]:
    """What some settings are worth, in languages of alphabets and of scripts without spaces, syllabaries included."""
    lines, others = lines_of(corpus, CLEAN), lines_of(corpus, OTHERS)
    aside = are_held_out(lines, corpus.config.training.held_out)
    rows = [
        "Macro-F1 with other settings, on held-out lines and on the other sources together:",
        "",
        "| settings | held out | other sources | other sources, large scripts |",
        "|---|--:|--:|--:|",
    ]
    large = pc.is_in(pc.utf8_slice_codeunits(others["lang"], 4, 8), pa.array(LARGE_SCRIPTS))
    for changes in ({}, {"grams": (2, 4)}, {"alpha": 1.0}, {"dimension": 16}, {"buckets": 262_144}):
        path = folder / "choice.bin"
        train_classifier(path, lines.filter(pc.invert(aside)), corpus.config.training.model_copy(update=changes))
        model = open_model(str(path), spelling="letters")
        parts = (lines.filter(aside), others, others.filter(large))
        figures = (measure_model(model, part).means["macro_f1"] for part in parts)
        name = ", ".join(f"{key} = {value}" for key, value in changes.items()) or "as they are"
        rows.append(f"| {name} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")
    return rows


def row(name: str, summary: dict[str, Any]) -> str:
    """One row of the table."""
    return (
        f"| {name} | {summary['lines']:,} | {summary['languages']} | {summary['languages_known']} | "
        f"{summary['macro_f1']:.3f} | {summary['accuracy']:.3f} |"
    )


def documents(corpus: CleanCorpus, sources: Sequence[str], least: int = 0) -> pa.Table:
    """Texts of some sources with their labels, those of at least so many characters."""
    rows = [
        {"lang": lang, "text": text}
        for shard in corpus.collect.parts["documents"]
        if shards.source_of(shard.file("documents.parquet")) in sources
        for lang, text in read_labelled_texts(shard)
        if len(text) >= least
    ]
    return pa.Table.from_pylist(rows)


def menus(corpus: CleanCorpus, model: Path) -> list[str]:
    """What an English menu around long documents does to their first 1,000 characters, and to three windows."""
    opened = open_model(str(model))
    long = documents(corpus, ("african-storybook", "bible"), 3 * MAX_CHARS)
    langs = long["lang"].to_pylist()
    lines = [
        f"{len(langs):,} documents of {3 * MAX_CHARS:,} characters and more, in an English menu of so many characters "
        "before, and half as many after:",
        "",
        "| menu | right by the first 1,000 | right by three windows |",
        "|--:|--:|--:|",
    ]
    for size in (0, 300, 600, 1200):
        texts = [(MENU * 12)[:size] + text + (MENU * 12)[: size // 2] for text in long["text"].to_pylist()]
        first = right(langs, opened.identify([text[:MAX_CHARS] for text in texts], 1)[0])
        lines.append(f"| {size} | {first:.3f} | {right(langs, opened.identify(texts, 1)[0]):.3f} |")
    return lines


def right(langs: Sequence[str], labels: Sequence[Sequence[str]]) -> float:
    """The share of documents whose label is the declared one."""
    pairs = zip(langs, labels, strict=True)
    return sum(bool(said) and labels_agree(lang, said[0]) for lang, said in pairs) / len(langs)


def large(folder: Path) -> Path:
    """A model of GlotLID's shape with random numbers."""
    count, rows, dimension = GLOTLID
    random = np.random.Generator(np.random.PCG64(1))
    block = random.standard_normal((65_536, dimension), np.float32)
    vectors = np.resize(block, (rows, dimension))
    outputs = random.standard_normal((count, dimension), np.float32)
    names = [(f"{language.part3}_Latn", 1) for language in sorted(ALL_LANGUAGES, key=lambda each: each.part3)[:count]]
    write_model_file(folder / "large.bin", names, (2, 5, rows), (vectors, outputs))
    return folder / "large.bin"


def ours(model: Path, texts: Path) -> Callable[[], object]:
    """Read and identify, as the stage does."""
    opened = open_model(str(model))
    groups = np.arange(len(opened.table), dtype=np.int32)  # all labels, whatever they mean
    opened._ask(pa.array(["compile"]), groups, 3, MAX_CHARS)
    return lambda: opened._ask(shards.read(texts)["text"], groups, 3, MAX_CHARS)


def theirs(model: Path, texts: Path) -> Callable[[], object]:
    """Read, cut, and ask the fasttext package in one batch, which is its quickest way."""
    import fasttext

    opened = fasttext.load_model(str(model))

    def ask() -> object:
        cut = [text[:MAX_CHARS].replace("\n", " ") + "\n" for text in shards.read(texts)["text"].to_pylist()]
        return opened.f.multilinePredict(cut, 3, 0.0, "strict")

    return ask


def timed(make: Callable[[Path, Path], Callable[[], object]], model: Path, texts: Path) -> tuple[float, float, int]:
    """CPU seconds to open and to identify (the best of three), and bytes of memory that no other process can share."""
    start = time.process_time()
    run = make(model, texts)
    opened, best = time.process_time() - start, float("inf")
    for _ in range(3):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    memory = psutil.Process().memory_info()
    return opened, best, memory.rss - memory.shared


def speed(corpus: CleanCorpus, model: Path, folder: Path) -> list[str]:
    """Both engines on both models."""
    texts = documents(corpus, ("ud", "african-storybook"))
    shards.write(folder / "texts.parquet", texts)
    megabytes = pc.sum(pc.binary_length(texts["text"])).as_py() / 1e6
    lines = [
        f"{texts.num_rows:,} documents, {megabytes:.1f} MB of text, from Parquet.",
        "",
        "| model | engine | CPU s to open | CPU s to identify | MB/s | documents/s | private MB |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, path in (("trained here", model / "model.bin"), ("GlotLID's shape", large(folder))):
        for engine, make in (("emma", ours), ("fasttext package", theirs)):
            for _ in range(2):  # the first may have to compile
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    opened, seconds, private = pool.apply(timed, (make, path, folder / "texts.parquet"))
            lines.append(
                f"| {name} | {engine} | {opened:.1f} | {seconds:.2f} | {megabytes / seconds:.1f} | "
                f"{texts.num_rows / seconds:,.0f} | {private / 1e6:,.0f} |"
            )
    return lines


def main() -> None:
    """Write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path, help="one with the sources of recipes/world.toml")
    parser.add_argument("--set", action="append", default=[], dest="changes", metavar="a.b=c")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, Local(1) as executor:
        folder = Path(temporary)
        home, reporter = Home(folder / "home"), Reporter(quiet=True)
        recipe = Recipe.read(arguments.recipe, arguments.changes)
        corpus = CleanCorpus(recipe, CLEAN, home=home, executor=executor, reporter=reporter)
        start = time.process_time()
        model = corpus.train(None)
        trained = time.process_time() - start
        result = [
            "# Language identification",
            "",
            f"`python -m benchmarks.corpus.lid {arguments.recipe} --set data=DATA`",
            "",
            machine(),
            "",
            *quality(corpus, model),
            "",
            f"Sampling, compiling, training and measuring took {trained:.1f} CPU s on one core.",
            "",
            *choices(corpus, folder),
            "",
            *menus(corpus, model),
            "",
            *speed(corpus, model, folder),
            "",
        ]
    path = result_path("lid")
    path.write_text("\n".join(result), encoding="utf-8")
    print("\n".join(result))


if __name__ == "__main__":
    main()
