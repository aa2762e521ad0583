"""Which items of the tasks stand in the text that the model was trained on.

Annotation has looked every document up in the benchmarks that the recipe names, so only documents that it marked are
opened here, and of these only what training saw. An item is found by its text and not by its place, whichever file of
whichever benchmark it stands in.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise, starmap
from typing import Any
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emma.errors import ArtifactError
from emma.evaluate.tasks.task import Item
from emma.kernels.gram_index import make_index
from emma.kernels.grams import SHORT_GRAM, hash_item_grams, make_scale
from emma.kernels.overlap import ItemSizes, find_loose_overlap, find_overlap, make_hits
from emma.kernels.text import Bytes, Hashes, Offsets, buffers
from emma.lang.units import point_tables
from emma.store import manifest, shards
from emma.store.artifact import Artifact
from emma.store.selected import drop_table_lines

BATCH_BYTES = 8_000_000
GramSize = tuple[int, int]
"""Words, and characters where they are not spaced."""
Flags = NDArray[np.bool_]


def mark_clean(items: Sequence[Item], collect: Artifact, annotate: Artifact, curate: Artifact) -> list[bool | None]:
    """Whether the corpus does without each item: false where training saw its text, or a copy with words changed.

    None where nobody can say: no benchmark that was searched for has its text, or it is shorter than five words. Ask
    of all items at once, since each call reads the benchmarks and the marked documents.
    """
    # In the form that documents were collected in.
    texts = [normalize("NFC", text) for item in items for text in item.texts]
    if "contamination" not in annotate.parts or not texts:
        return [None] * len(items)
    size, (data, offsets) = read_gram_size(annotate), to_arrays(texts)
    grams, starts = hash_item_grams(data, offsets, point_tables(), make_scale(*size))
    searched = were_searched(grams, starts, list_benchmark_grams(collect, size))
    found = find_texts(data, offsets, list_marked_documents(collect, annotate, curate), size)
    silent = np.diff(starts) == 0
    places = starmap(slice, pairwise(accumulate((len(item.texts) for item in items), initial=0)))
    return [_judge(found[mine], (searched | silent)[mine], silent[mine]) for mine in places]


def _judge(found: Flags, searched: Flags, silent: Flags) -> bool | None:
    """Whether an item is clean, from what is known of its texts; `silent` ones are too short to say anything."""
    if found.any():
        return False
    return True if searched.all() and not silent.all() else None


def to_arrays(texts: Sequence[str]) -> tuple[Bytes, Offsets]:
    """Texts as kernels take them: UTF-8, and where each begins, int64 (n + 1)."""
    return buffers(pa.array(texts, pa.large_string()))


def read_gram_size(annotate: Artifact) -> GramSize:
    """The size of the grams by which documents were marked. Raises ArtifactError where the artifact does not say."""
    made = manifest.read(annotate.path, annotate.url)
    config: Any = made["made_by"].get("config", {}) if made else {}
    try:
        return config["gram_words"], config["gram_chars"]
    except KeyError:
        raise ArtifactError(
            f"{annotate.path} does not say by which grams it marked documents. Delete that folder and run again."
        ) from None


def list_benchmark_grams(collect: Artifact, size: GramSize) -> Hashes:
    """Grams of all texts that the corpus was searched for, uint64, sorted and distinct."""
    found = [np.empty(0, np.uint64)]
    for part in collect.parts.get("benchmarks", ()):
        for batch in shards.batches_of_bytes(part.file("documents.parquet"), ["text", "text2"], BATCH_BYTES):
            for column in ("text", "text2"):  # a side of a pair is an item of its own
                arrays = buffers(batch[column].drop_null().cast(pa.large_string()))
                found.append(np.unique(hash_item_grams(*arrays, point_tables(), make_scale(*size))[0]))
    return np.unique(np.concatenate(found))


def were_searched(grams: Hashes, starts: Offsets, known: Hashes) -> Flags:
    """Which texts were searched for: those all of whose grams the benchmarks have, and that have any."""
    missing = np.concatenate([[0], np.cumsum(~np.isin(grams, known))])
    is_whole: Flags = (np.diff(missing[starts]) == 0) & (np.diff(starts) > 0)
    return is_whole


def list_marked_documents(collect: Artifact, annotate: Artifact, curate: Artifact) -> Iterator[list[str]]:
    """The training documents that share text with a benchmark, shard by shard; of pairs both sides, one per line."""
    parts = (collect.parts["documents"], annotate.parts["contamination"], curate.parts["selection"])
    for documents, contamination, selection in zip(*parts, strict=True):
        marks = shards.read(contamination.file("contamination.parquet"), ["benchmark"])["benchmark"]
        splits = shards.read(selection.file("selection.parquet"), ["split", "drop_lines"])
        mine = pc.and_(pc.is_valid(marks), pc.equal(splits["split"], "train")).fill_null(False)
        if pc.any(mine).as_py():  # the text is opened only where there is one, which is rare
            table = shards.read(documents.file("documents.parquet"), ["text", "text2"]).filter(mine)
            table = drop_table_lines(table.append_column("drop_lines", splits["drop_lines"].filter(mine)))
            yield [
                "\n".join(filter(None, sides))
                for sides in zip(*map(pa.ChunkedArray.to_pylist, table.columns[:2]), strict=True)
            ]


def find_texts(data: Bytes, offsets: Offsets, documents: Iterator[list[str]], size: GramSize) -> Flags:
    """Which of the texts stand in documents, by the rules by which annotation marks documents, (texts,)."""
    tables, count = point_tables(), len(offsets) - 1
    found, groups = np.zeros(count, np.bool_), np.zeros(count, np.int32)
    (full, _), (short, sizes) = (_index(data, offsets, each) for each in (size, SHORT_GRAM))
    for texts in documents:
        arrays, hits = to_arrays(texts), make_hits(len(texts), 1, found, np.zeros(1, np.int64))
        find_overlap(*arrays, tables, make_scale(*size), full, hits)
        find_loose_overlap(*arrays, tables, make_scale(*SHORT_GRAM), short, ItemSizes(sizes, groups), hits)
    return found


def _index(data: Bytes, offsets: Offsets, size: GramSize) -> tuple[Any, Offsets]:
    """An index of the texts' grams of one size, and how many each text has."""
    grams, starts = hash_item_grams(data, offsets, point_tables(), make_scale(*size))
    sizes = np.diff(starts)
    groups = np.zeros(len(sizes), np.int32)
    return make_index(grams, np.repeat(np.arange(len(sizes)), sizes), groups, np.zeros(1, np.int32)), sizes
