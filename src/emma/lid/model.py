"""A language-identification model: any fastText classifier, asked in batches, answering in our labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emma.kernels import tables
from emma.kernels.fasttext import INDEPENDENT, SOFTMAX, TREE, Layers
from emma.kernels.identify import count_scripts, identify
from emma.kernels.subwords import Grams, Words, index_words
from emma.kernels.tables import letters_only
from emma.kernels.text import Bytes, Offsets, buffers
from emma.lang.language import Lang
from emma.lang.scripts import SCRIPT_CODES, han_forms, script_table, scripts_agree, unicode_scripts, written_scripts
from emma.lang.tables import Scheme
from emma.lid.files import Spelling, find_model_file, read_spelling
from emma.lid.format import HIERARCHICAL, ModelFile, read_model_file
from emma.lid.format import SOFTMAX as SOFTMAX_LOSS
from emma.lid.labels import ModelLabel, resolve_labels

MAX_CHARS = 1000
"""Characters of a text that are read: where it is longer, a third of them in the middle of each of its thirds."""
MIN_PROBABILITY = 2 / 3
"""Probability, among those to choose from, from which a language is chosen."""


@dataclass(frozen=True)
class Model:
    """A classifier and the meaning of its labels."""

    table: Sequence[ModelLabel]
    words: Words
    grams: Grams
    layers: Layers
    spelling: Spelling = "plain"

    @property
    def labels(self) -> list[str | None]:
        """Our label of each of the model's, in its order; None where there is none."""
        return [row.label for row in self.table]

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Our labels that the model can give, sorted."""
        return tuple(sorted({label for label in self.labels if label}))

    def identify(
        self, texts: Sequence[str], k: int = 3, max_chars: int = MAX_CHARS
    ) -> tuple[list[list[str]], list[list[float]]]:
        """The `k` likeliest labels of each text and their probabilities, the likeliest first; none without letters."""
        labels, scores = self.identify_column(pa.array(texts, pa.large_string()), k, max_chars)
        return labels.to_pylist(), scores.to_pylist()

    def identify_column(
        self, texts: pa.Array | pa.ChunkedArray, k: int = 3, max_chars: int = MAX_CHARS
    ) -> tuple[pa.ListArray, pa.ListArray]:
        """Identify texts of an Arrow column, as `identify` does; where a text is null, so are both columns.

        Labels of the model that have no label of ours take no part: their probability is shared out among the others
        in proportion, and a text that is more likely theirs gets no label. So do labels in another script than the
        text's, whatever the model thinks: what is written in Devanagari is not in Latin. Probabilities are rounded to
        0.0001.
        """
        # Several labels of a model may be one of ours, whose probabilities are then added up.
        places = {label: place for place, label in enumerate(self.known)}
        groups = np.array([places.get(label or "", -1) for label in self.labels], np.int32)
        labels, scores = self._predict(texts, groups, k, max_chars)
        offsets = pa.array(np.append(0, np.cumsum(np.count_nonzero(labels >= 0, axis=1))), pa.int32())
        names = pa.array(self.known, pa.string()).take(pa.array(labels[labels >= 0]))
        nulls = pa.array(texts.is_null().to_numpy(zero_copy_only=False)) if texts.null_count else None
        return (
            pa.ListArray.from_arrays(offsets, names, mask=nulls),
            pa.ListArray.from_arrays(offsets, pa.array(scores[labels >= 0]), mask=nulls),
        )

    def choose(self, text: str, among: Sequence[str], max_chars: int = MAX_CHARS) -> str | None:
        """Choose the likeliest language of a text among ISO 639-3 codes; None if unsure, or more likely another."""
        places = {code: place for place, code in enumerate(among)}
        groups = np.array(
            [places.get(Lang.parse(label).iso639_3 if label else "", -1) for label in self.labels], np.int32
        )
        if groups.max() < 0:
            return None
        labels, scores = self._predict(pa.array([text], pa.large_string()), groups, 1, max_chars)
        return among[labels[0, 0]] if labels[0, 0] >= 0 and scores[0, 0] >= MIN_PROBABILITY else None

    def _predict(
        self, texts: pa.Array | pa.ChunkedArray, groups: NDArray[np.int32], k: int, max_chars: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Numbers of the likeliest groups of labels, -1 for no more, and their probabilities; both (n, k)."""
        column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        data, offsets = buffers(column.cast(pa.large_string()).fill_null(""))
        labels, scores = np.full((len(column), k), -1, np.int32), np.zeros((len(column), k), np.float32)
        if groups.max(initial=-1) >= 0:
            # An empty table means text as it is: a kernel's argument cannot be None.
            spelling = letters_only() if self.spelling == "letters" else np.empty(0, np.uint32)
            parts = (self.words, self.grams, self.layers)
            scripts = self._fitting_labels(data, offsets, max_chars)
            identify(data, offsets, *parts, groups, *scripts, tables.classes(), spelling, max_chars, labels, scores)
        return labels, scores

    def _fitting_labels(
        self, data: Bytes, offsets: Offsets, max_chars: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which outputs can stand for a text in each script that occurs, and the script of each text."""
        tally, forms = count_scripts(data, offsets, script_table(), han_forms(), max_chars, len(SCRIPT_CODES))
        occurring, scripts = np.unique(written_scripts(tally, forms[:, 1], forms[:, 2]), return_inverse=True)
        fitting = np.array(
            [[fits_script(script, label) for label in self.labels] for script in occurring.tolist()], np.bool_
        )
        return fitting.reshape(len(occurring), len(self.labels)), scripts


def fits_script(script: str, label: str | None) -> bool:
    """Whether a text in a script can be in the language of a label, if that names a script of ours."""
    own = Lang.parse(label).script if label else ""
    return not own or unicode_scripts(own).isdisjoint(SCRIPT_CODES) or scripts_agree(script, own)


def open_model(
    name: str, scheme: Scheme = "any", codes: Mapping[str, str] | None = None, spelling: Spelling | None = None
) -> Model:
    """Open a model by its file, its folder, or `owner/repository[/file][@revision]` of the Hugging Face hub.

    `scheme` and `codes` say how its labels are read, `spelling` how it wants its text, unless its folder says that.
    Kept for the life of the process. Raises SourceError.
    """
    path = find_model_file(name)
    stamp = path.stat().st_mtime_ns
    return _open(path, stamp, scheme, tuple(sorted((codes or {}).items())), spelling or read_spelling(path))


# By time of change too, so that a model trained anew at the same place is opened anew.
@lru_cache(maxsize=2)
def _open(path: Path, _: int, scheme: Scheme, codes: tuple[tuple[str, str], ...], spelling: Spelling) -> Model:
    file = read_model_file(path)
    labels = resolve_labels(file.labels, scheme, dict(codes))
    return Model(labels, words_from(file), grams_from(file), layers_from(file), spelling)


def words_from(file: ModelFile) -> Words:
    """Take the words that have vectors of their own from a model file."""
    starts, stops = file.starts[: file.words], file.stops[: file.words]
    slots = index_words(file.text, starts, stops)
    end = [
        word for word in np.flatnonzero(stops - starts == 4) if bytes(file.text[starts[word] : stops[word]]) == b"</s>"
    ]
    return Words(file.text, starts, stops, slots, int(end[0]) if end else -1)


def grams_from(file: ModelFile) -> Grams:
    """Take the n-grams that share vectors from a model file."""
    return Grams(file.buckets, file.shortest, max(0, file.longest), max(1, file.word_grams), file.pruned)


def layers_from(file: ModelFile) -> Layers:
    """Take the weights from a model file, outputs transposed."""
    loss = {SOFTMAX_LOSS: SOFTMAX, HIERARCHICAL: TREE}.get(file.loss, INDEPENDENT)
    branches = build_huffman_tree(file.counts[file.words :]) if loss == TREE else np.empty((0, 2), np.int32)
    return Layers(file.vectors, np.ascontiguousarray(file.outputs.T), loss, branches)


def build_huffman_tree(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Build the tree over labels that are sorted by falling count: (labels - 1, 2), the children of each inner node.

    The two least frequent nodes are joined until one is left; of equals an inner node comes first, as in fastText.
    """
    weights = [*counts.tolist(), *[10**15] * (len(counts) - 1)]  # nodes that are not made yet weigh most
    leaf, node = len(counts) - 1, len(counts)
    branches = np.empty((len(counts) - 1, 2), np.int32)
    for new in range(len(branches)):
        for side in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                branches[new, side], leaf = leaf, leaf - 1
            else:
                branches[new, side], node = node, node + 1
        weights[len(counts) + new] = weights[branches[new, 0]] + weights[branches[new, 1]]
    return branches
