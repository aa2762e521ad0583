"""Freezing: leaving the segmentation of some languages as it is.

A piece changes the segmentation of a text only where two neighbouring pieces of the base's segmentation spell it, or
where it is a character that the base writes in bytes. So the neighbours of the frozen text are noted, and pieces that
are spelled like that are not made; no other merge then ever meets that text, and it stays as it was.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from tokenizers import Encoding

from emma.errors import ArtifactError, RecipeError
from emma.models.tokenizer_file import open_tokenizer
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json, write_json
from emma.store.selected import SelectedShard
from emma.vocab.bpe import BpeTokenizer, ByteLevelTokenizer
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_expandable, load_tokenizer
from emma.vocab.sample import SamplePlan, SampleText, make_word_splitter, take_sample
from emma.work.work import Work

SPELLED = pa.schema([("piece", pa.string()), ("count", pa.int64())])
_BATCH = 256
"""Texts that are encoded at once."""


@dataclass(frozen=True)
class FrozenText:
    """Text whose segmentation is to stay as the base has it."""

    documents: tuple[SelectedShard, ...]
    plan: SamplePlan
    base: Artifact

    def note_neighbours(self, work: Work) -> list[Artifact]:
        """List what neighbouring pieces of the text spell, shard by shard."""
        return work.each(note_neighbours, self.documents, self.plan, self.base)

    def count_changes(self, expansion: Artifact, work: Work) -> dict[str, int]:
        """Count what the new tokenizer segments otherwise: texts, those changed, tokens before and after."""
        counted = work.each(count_changes, self.documents, self.plan, expansion, self.base)
        return {name: sum(part.counts[name] for part in counted) for name in counted[0].counts}


def find_frozen_text(
    section: VocabConfig, documents: tuple[SelectedShard, ...], plan: SamplePlan, base: Artifact | None
) -> FrozenText | None:
    """Find the text of `freeze_langs` in the sample; None where nothing is frozen. RecipeError when there is none."""
    # Without a base there is no segmentation to keep.
    if base is None or not section.freeze_base or not plan:
        return None
    frozen = {lang: quota for lang, quota in plan.items() if lang in section.freeze_langs}
    if not frozen:
        raise RecipeError(
            f"vocab.freeze_base is to leave {', '.join(section.freeze_langs)} as they are, but the corpus has no "
            "training text in any of them to go by. Add a source, name others in vocab.freeze_langs, or leave "
            "vocab.freeze_base out."
        )
    return FrozenText(documents, frozen, base)


def record_changes(changes: Mapping[str, int], section: VocabConfig, path: Path) -> None:
    """Add to `frozen.json` how much of the frozen text changed. ArtifactError when any did that could not."""
    if changes["changed"] and section.freeze_count == 1:
        raise ArtifactError(
            f"vocab.freeze_base did not hold in {changes['changed']} of {changes['texts']} texts. This is a bug in "
            "EMMA: please report it with the recipe."
        )
    write_json(path, {**read_json(path), "langs": list(section.freeze_langs), **changes}, end="")


def note_neighbours(out: Path, shard: SelectedShard, plan: SamplePlan, base: Artifact) -> dict[str, int]:
    """Task: what two neighbours spell in a shard's part of the frozen text, and characters without a piece:
    `spelled.parquet` (SPELLED), pieces as the vocabulary writes them."""
    before = load_expandable(base.path)
    tokenizer, spelled = before.open(), Counter[str]()
    for batch in _batch_texts(take_sample(shard, plan, ("lang",))):
        encodings = tokenizer.encode_batch([sample.text for sample in batch], add_special_tokens=False)
        for count in (count_joined_neighbours, count_whole_words, count_unknown_characters):
            spelled.update(count(before, encodings, batch))
    rows = [{"piece": piece, "count": spelled[piece]} for piece in sorted(spelled)]
    shards.write(out / "spelled.parquet", pa.Table.from_pylist(rows, schema=SPELLED))
    return {"spelled": len(rows)}


def count_joined_neighbours(
    base: BpeTokenizer, encodings: Sequence[Encoding], _: Sequence[SampleText]
) -> dict[str, int]:
    """Count what every two neighbours of these texts spell together."""
    size, names, means = len(base.pieces), base.pieces, np.array([bool(text) for text in base.texts])
    ids = [np.array(encoding.ids, np.int64) for encoding in encodings]
    # Both ids of a pair in one number, so that a single call counts all pairs.
    keys = np.concatenate([np.zeros(0, np.int64), *(row[:-1] * size + row[1:] for row in ids)])
    spelled: Counter[str] = Counter()
    for key, count in zip(*(column.tolist() for column in np.unique(keys, return_counts=True)), strict=True):
        left, right = divmod(key, size)
        if means[left] and means[right]:
            spelled[names[left] + names[right]] += count
    return spelled


def count_whole_words(base: BpeTokenizer, encodings: Sequence[Encoding], _: Sequence[SampleText]) -> dict[str, int]:
    """The words of these texts, where the tokenizer takes a word that is a piece before it looks for merges."""
    spelled: Counter[str] = Counter()
    if not base.table["model"].get("ignore_merges"):
        return spelled
    for encoding in encodings:
        words: dict[int | None, str] = {}
        for word, token in zip(encoding.word_ids, encoding.tokens, strict=True):
            words[word] = words.get(word, "") + token
        spelled.update(words.values())
    return spelled


def count_unknown_characters(base: BpeTokenizer, _: Sequence[Encoding], texts: Sequence[SampleText]) -> dict[str, int]:
    """The characters of these texts that have no piece; of a byte-level tokenizer they are neighbours already."""
    if isinstance(base, ByteLevelTokenizer):
        return {}
    present, split = {" ", *base.pieces}, make_word_splitter(base.word_rules)
    counts = Counter(char for sample in texts for word in split(sample.text) for char in word)
    return {char: count for char, count in counts.items() if char not in present}


def find_banned_pieces(noted: Sequence[Artifact], at_least: int) -> set[str]:
    """The pieces that would occur so often in the frozen text."""
    table = shards.read_all(part.file("spelled.parquet") for part in noted)
    total = table.group_by("piece").aggregate([("count", "sum")])
    pairs = zip(total["piece"].to_pylist(), total["count_sum"].to_pylist(), strict=True)
    return {piece for piece, count in pairs if count >= at_least}


def count_changes(out: Path, shard: SelectedShard, plan: SamplePlan, vocab: Artifact, base: Artifact) -> dict[str, int]:
    """Task: how much of a shard's part of the frozen text is segmented otherwise than before."""
    new = open_tokenizer(vocab.file("tokenizer"))
    old = load_tokenizer(base.path).open()
    counts = Counter({"texts": 0, "changed": 0, "tokens_base": 0, "tokens": 0})
    for batch in _batch_texts(take_sample(shard, plan, ("lang",))):
        texts = [sample.text for sample in batch]
        before, after = (tokenizer.encode_batch_fast(texts, add_special_tokens=False) for tokenizer in (old, new))
        for one, other in zip(before, after, strict=True):
            changed = one.ids != other.ids
            counts.update(texts=1, changed=changed, tokens_base=len(one.ids), tokens=len(other.ids))
    (out / "done").touch()  # a task writes something, though its counts are all that is wanted
    return dict(counts)


def _batch_texts(sample: Iterable[SampleText]) -> Iterator[list[SampleText]]:
    batch: list[SampleText] = []
    for text in sample:
        batch.append(text)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
