"""Train a language-identification model from lines: a sample of each language, and a fastText file.

The sample is the same however the corpus is cut into shards. A line's place in it is the hash of its text, so samples
of parts merge, repeated lines count once, and a line that stands under two languages is found and left out of both: it
says nothing about either.

fastText's own trainer leaves nine tenths of the vectors as the memory happened to be when it runs on one thread (0.9.3,
DenseMatrix::uniform), and is not repeatable on more; this one gives the same model for the same lines.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.errors import RecipeError
from emma.kernels.fasttext import SOFTMAX, Layers, learn
from emma.kernels.identify import respell_all
from emma.kernels.subwords import Grams, Words, index_words
from emma.kernels.tables import letters_only
from emma.kernels.text import Bytes, Offsets, buffers
from emma.lang.language import Lang
from emma.lang.scripts import script_evidence, strip_markup, unicode_scripts
from emma.lid.config import LidTraining
from emma.lid.format import write_model_file
from emma.store.address import hash64

LINES = pa.schema(
    [
        ("lang", pa.string()),
        ("key", pa.uint64()),  # hash of the text: the place in the sample
        ("text", pa.string()),
    ]
)

MIN_LINE_BYTES = 24
"""UTF-8 bytes of the shortest line: eight characters of Han or Thai, two dozen of Latin letters."""
MAX_LINE_CHARS = 300
"""Characters of the longest; longer lines are cut between words."""
LINE_PIECE = re.compile(rf"\S.{{0,{MAX_LINE_CHARS - 1}}}(?=\s|$)|\S.{{0,{MAX_LINE_CHARS - 1}}}")


def choose_lines(documents: Iterable[tuple[str, str]], max_lines: int) -> pa.Table:
    """Sample at most `max_lines` lines of each language, as LINES sorted by language and key, from labels and texts.

    Lines most of whose letters are in a script that the label does not allow are left out.
    """
    samples: dict[str, dict[int, str]] = {}
    for lang, text in documents:
        chosen = samples.setdefault(lang, {})
        chosen.update((hash64(line), line) for line in split_lines(text))
        if len(chosen) > 16 * max_lines:  # now and then, so that memory stays small and few lines are judged twice
            samples[lang] = _choose_smallest(lang, chosen, max_lines)
    rows = [
        {"lang": lang, "key": key, "text": text}
        for lang in sorted(samples)
        for key, text in _choose_smallest(lang, samples[lang], max_lines).items()
    ]
    return pa.Table.from_pylist(rows, LINES)


def split_lines(text: str) -> Iterator[str]:
    """The lines of a text that are long enough, cut where they are too long."""
    for line in text.split("\n"):
        for piece in LINE_PIECE.findall(line):
            if len(piece.encode()) >= MIN_LINE_BYTES:
                yield piece.rstrip()


def _choose_smallest(lang: str, lines: dict[int, str], max_lines: int) -> dict[int, str]:
    """The lines with the smallest keys among those in a script of the language."""
    allowed, chosen = unicode_scripts(Lang.parse(lang).script), dict[int, str]()
    for key in sorted(lines):
        script, share, _ = script_evidence(strip_markup(lines[key]))
        if script in allowed and share >= 0.5:
            chosen[key] = lines[key]
            if len(chosen) == max_lines:
                break
    return chosen


def merge_samples(samples: Iterable[pa.Table], max_lines: int) -> pa.Table:
    """Merge samples into one. Lines that stand under more than one language are left out."""
    table = pa.concat_tables(samples).sort_by([("lang", "ascending"), ("key", "ascending")])
    table = table.filter(_is_new_row(table, ["lang", "key"]))
    places = _number_rows(table)
    table = table.filter(pa.array(places < max_lines))
    keys, times = np.unique(table["key"].to_numpy(), return_counts=True)
    return table.filter(pc.is_in(table["key"], pa.array(keys[times == 1])))


def _is_new_row(table: pa.Table, columns: list[str]) -> pa.Array:
    """Whether column row of a sorted table differs from the one before in these columns."""
    new = np.ones(len(table), bool)
    if len(table):
        same = [pc.equal(table[name].slice(1), table[name].slice(0, len(table) - 1)) for name in columns]
        new[1:] = ~np.logical_and.reduce([column.to_numpy() for column in same])
    return pa.array(new)


def _number_rows(table: pa.Table) -> np.ndarray:
    """Each row's number, from 0, within its language; the table is sorted by language."""
    starts = np.flatnonzero(_is_new_row(table, ["lang"]).to_numpy(zero_copy_only=False))
    lengths = np.diff(np.append(starts, len(table)))
    return np.arange(len(table)) - np.repeat(starts, lengths)


def are_held_out(table: pa.Table, share: float) -> pa.Array:
    """Which lines of a sample are held out of training: about `share` of them, whatever else is in it."""
    # Multiplied by 2^64 over the golden ratio (Knuth, TAOCP 3, 6.4), since the keys of a sample are the smallest ones.
    scrambled = table["key"].to_numpy() * np.uint64(0x9E3779B97F4A7C15)
    return pa.array(scrambled < np.uint64(min(share * 2**64, 2**64 - 1)))


def train_classifier(path: Path, lines: pa.Table, training: LidTraining) -> list[float]:
    """Train on `lines` (LINES), write the model to `path`, and return each epoch's mean loss in nats a line.

    The model reads text in the spelling `letters`. Raises RecipeError when there are not two languages, or the steps
    were so large that nothing was learnt.
    """
    labels = lines["lang"].combine_chunks().unique().sort()
    if len(labels) < 2:
        raise RecipeError(
            f"A language-identification model needs lines of two languages at least; the clean sources have "
            f"{len(labels)} ({', '.join(labels.to_pylist()) or 'none'}). Name more sources in [annotate.lid] train."
        )
    targets = pc.index_in(lines["lang"], labels).to_numpy().astype(np.int32)
    texts = respell_all(*buffers(lines["text"].combine_chunks().cast(pa.large_string())), letters_only())
    layers = initial_layers(training, len(labels))
    losses = [_train_epoch(*texts, targets, layers, training, epoch) for epoch in range(training.epochs)]
    # A model that knows nothing but the number of labels has a loss of log(labels).
    if not (np.isfinite(losses[-1]) and np.isfinite(layers.vectors).all() and losses[-1] < np.log(len(labels))):
        raise RecipeError(
            f"The language-identification model learnt nothing (loss {losses[-1]:.2f} nats a line): its steps are too "
            f"large. Lower [annotate.lid.training] learning_rate, which is {training.learning_rate}."
        )
    counts = np.bincount(targets, minlength=len(labels)).tolist()
    named = list(zip(labels.to_pylist(), counts, strict=True))
    write_model_file(path, named, (*training.grams, training.buckets), (layers.vectors, layers.outputs.T))
    return losses


def initial_layers(training: LidTraining, labels: int) -> Layers:
    """Layers before training: small random vectors, outputs of zero."""
    random = np.random.Generator(np.random.PCG64(training.seed))
    vectors = random.random((training.buckets, training.dimension), np.float32)
    # As fastText begins: uniform within one over the dimension, and no label preferred.
    vectors = (vectors * 2 - 1) / np.float32(training.dimension)
    outputs = np.zeros((training.dimension, labels), np.float32)
    return Layers(vectors, outputs, SOFTMAX, np.empty((0, 2), np.int32))


def order_lines(targets: NDArray[np.int32], training: LidTraining, epoch: int) -> NDArray[np.int64]:
    """The lines of one epoch in their order, those of small languages repeated."""
    counts = np.bincount(targets)
    sizes = np.rint(counts.max() * (counts / counts.max()) ** training.alpha).astype(np.int64)
    rows = np.split(np.argsort(targets, kind="stable"), np.cumsum(counts)[:-1])
    chosen = [np.resize(lines, size) for lines, size in zip(rows, sizes, strict=True)]
    return np.random.Generator(np.random.PCG64([training.seed, epoch])).permutation(np.concatenate(chosen))


def _train_epoch(  # noqa: PLR0917 - the first two are a column of texts
    data: Bytes, offsets: Offsets, targets: NDArray[np.int32], layers: Layers, training: LidTraining, epoch: int
) -> float:
    order = order_lines(targets, training, epoch)
    rate = training.learning_rate * (1 - epoch / training.epochs)
    # The rate falls in a straight line through all epochs, so each begins where the one before ended.
    decay = training.learning_rate / training.epochs / len(order)
    grams = Grams(training.buckets, *training.grams, 1, np.empty(0, np.int32))
    return float(learn(data, offsets, targets, order, rate, decay, make_no_words(), grams, layers))


def make_no_words() -> Words:
    """No word has a vector of its own: n-grams take a fixed room, and do not depend on where a script has spaces."""
    none, text = np.empty(0, np.int64), np.empty(0, np.uint8)
    return Words(text, none, none, index_words(text, none, none), -1)
