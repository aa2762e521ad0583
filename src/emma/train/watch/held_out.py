"""The held-out text that a training is watched by: a sample of every language, laid into sequences.

Curation holds documents out for validation, and pack writes them beside those for training. Sequences are as long as
those of the training and hold several documents, which are kept apart. A document that fits into a sequence costs here
what it costs in the evaluation; a longer one is read in pieces, each without what is before it. The text is the same at
every step, so a language can be compared with itself.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from emma.errors import RecipeError
from emma.kernels.bins import best_fit
from emma.models.tokenizer_file import open_tokenizer
from emma.schemas import Row
from emma.store import shards
from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFile, find_token_file, ids_path
from emma.tokens.samples import Samples
from emma.train.batch import IGNORE
from emma.train.config import TrainConfig

Ints = npt.NDArray[np.int64]
Document = tuple[int, int]
"""Number of the file that a document is in, and its number there."""
HALF_CHARACTER = "\ufffd"
"""What decoding makes of bytes that are no whole character, such as the last ones of a document that was cut."""


@dataclass(frozen=True)
class HeldOutGroup:
    """The held-out documents of one language and domain that are scored."""

    lang: str
    domain: str
    tier: str | None
    """Tier of the language in the mix; None where it gives no training text."""
    documents: int
    tokens: int
    """Tokens that are predicted."""
    bytes: int
    """UTF-8 bytes of the text that these are."""

    def is_named_by(self, key: str) -> bool:
        """Whether a key names it as in `[mix]`: a language and domain, a domain, a language, or a tier."""
        return key in (f"{self.lang}/{self.domain}", self.domain, self.lang, self.tier)


@dataclass(frozen=True)
class HeldOutText:
    """A document, or the beginning of one."""

    group: int
    """Number of its group."""
    ids: Ints
    """Its tokens; the first is given, the others are predicted (tokens + 1,)."""
    bytes: int


@dataclass(frozen=True)
class HeldOut:
    """Held-out documents in sequences; all arrays are int64 (sequences, tokens)."""

    groups: Sequence[HeldOutGroup]
    inputs: Ints
    targets: Ints
    """The token after each input, or IGNORE."""
    positions: Ints
    """Place in the document, from 0, or in the piece of one that is longer than a sequence."""
    owners: Ints
    """Number of the group that each target is of."""


def read_held_out(samples: Samples, folder: Path, section: TrainConfig) -> HeldOut:
    """At most `train.evaluate_tokens` of each language's held-out documents.

    The tokenizer in `folder` says how many bytes of text the tokens are. Raises RecipeError where nothing was held out.
    """
    rows = list_held_out_files(samples.pack)
    files = [TokenFile(find_token_file(samples.pack.parts["packed"][row["part"]], row["path"])) for row in rows]
    # The first token is given, and the end of a text is not a part of it: the evaluation counts neither.
    ends = 0 if samples.facts.get("eos") is None else 1
    chosen = choose_documents(rows, [file.lengths - 1 - ends for file in files], samples.pack, section.evaluate_tokens)
    if not chosen:
        raise RecipeError(
            "train.evaluate_every: there is no held-out text that could be scored. Raise curate.validation_share or "
            "curate.validation_bytes, or take train.evaluate_every out."
        )
    ids = [files[at].document(number)[: size + 1].astype(np.int64) for (at, number), size in chosen.items()]
    sizes = count_text_bytes(ids, folder, begins_with_text=samples.facts.get("bos") is None)
    texts = [HeldOutText(at, own, size) for (at, _), own, size in zip(chosen, ids, sizes, strict=True)]
    laid = lay_into_sequences(texts, samples.sequence_length, alone=not section.document_masks)
    return HeldOut(describe_groups(rows, texts, samples), *laid)


def list_held_out_files(pack: Artifact) -> list[Row]:
    """The token files with held-out text (schemas.PACKED), by language and domain."""
    index = shards.read(pack.file("index.parquet"))
    held_out = index.filter(pc.and_(pc.equal(index["split"], "validation"), pc.greater(index["tokens"], 0)))
    rows: list[Row] = held_out.sort_by([("lang", "ascending"), ("domain", "ascending")]).to_pylist()
    return rows


def choose_documents(
    rows: Sequence[Row], lengths: Sequence[npt.NDArray[np.integer]], pack: Artifact, budget: int
) -> dict[Document, int]:
    """The tokens to predict of each document that is scored, in order; `lengths` are those there are, per file.

    Of each language documents come in the order of a hash of their ids, until the budget is used up; the last one is
    cut. So the sample does not depend on how the corpus is sharded, and is spread over all domains of a language.
    """
    by_lang: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for at, row in enumerate(rows):
        ids = shards.read(pack.parts["packed"][row["part"]].file(ids_path(Path(row["path"])).as_posix()))["id"]
        by_lang[row["lang"]] += [(hash64(id), at, number) for number, id in enumerate(ids.to_pylist())]
    chosen: dict[Document, int] = {}
    for documents in by_lang.values():
        left = budget
        for _, at, number in sorted(documents):
            taken = min(left, int(lengths[at][number]))
            if taken > 0:
                chosen[at, number] = taken
                left -= taken
    return dict(sorted(chosen.items()))


def count_text_bytes(texts: Sequence[Ints], folder: Path, *, begins_with_text: bool) -> list[int]:
    """UTF-8 bytes of the text that tokens stand for; the first token of each is given, and does not count.

    The tokenizer's own decoder says it, so text that it does not give back counts as what it gives.
    """
    tokenizer = open_tokenizer(folder)

    def decode(ids: Sequence[Ints]) -> list[int]:
        decoded = tokenizer.decode_batch([each.tolist() for each in ids], skip_special_tokens=False)
        return [len(text.rstrip(HALF_CHARACTER).encode()) for text in decoded]

    if not begins_with_text:
        return decode([ids[1:] for ids in texts])
    given = decode([ids[:1] for ids in texts])
    return [size - first for size, first in zip(decode(texts), given, strict=True)]


def lay_into_sequences(texts: Sequence[HeldOutText], length: int, *, alone: bool) -> tuple[Ints, Ints, Ints, Ints]:
    """Inputs, targets, positions and owners of texts in sequences, each int64 (sequences, length).

    Texts longer than a sequence are cut, and pieces share sequences by best fit (kernels.bins), or have one each where
    they must be `alone`. What is left over is a document of its own, in which nothing is predicted.
    """
    pieces = [
        (text.group, text.ids[start : start + length + 1])
        for text in texts
        for start in range(0, len(text.ids) - 1, length)
    ]
    pieces.sort(key=lambda piece: -len(piece[1]))
    sizes = np.array([len(ids) - 1 for _, ids in pieces])
    rows = np.arange(len(sizes)) if alone else best_fit(sizes, length, 1)[0]
    count = int(rows.max()) + 1
    used = np.zeros(count, np.int64)
    inputs, targets, positions, owners = (np.full((count, length), fill) for fill in (0, IGNORE, 0, 0))
    for row, size, (group, ids) in zip(rows.tolist(), sizes.tolist(), pieces, strict=True):
        place = row, slice(int(used[row]), int(used[row]) + size)
        inputs[place], targets[place], positions[place], owners[place] = ids[:-1], ids[1:], np.arange(size), group
        used[row] += size
    for row, end in enumerate(used.tolist()):
        positions[row, end:] = np.arange(length - end)
    return inputs, targets, positions, owners


def describe_groups(rows: Sequence[Row], texts: Sequence[HeldOutText], samples: Samples) -> list[HeldOutGroup]:
    """The group of each file (schemas.PACKED): what is scored of it."""
    tiers: Mapping[str, str | None] = {source.lang: source.tier for source in samples.sources}
    own: list[list[HeldOutText]] = [[] for _ in rows]
    for text in texts:
        own[text.group].append(text)
    return [
        HeldOutGroup(
            row["lang"],
            row["domain"],
            tiers.get(row["lang"]),
            len(chosen),
            sum(len(text.ids) - 1 for text in chosen),
            sum(text.bytes for text in chosen),
        )
        for row, chosen in zip(rows, own, strict=True)
    ]
