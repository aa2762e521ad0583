"""Leaving the segmentation of some languages as it is.

A piece changes how a text is cut only where two neighbours of the base's segmentation spell it, or where it is a
character that the base writes in bytes. So the neighbours of the frozen text are noted, and pieces that are spelled
like that are not made; no other merge then ever meets that text, and it stays as it was.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from tokenizers import Encoding

from emma.errors import ArtifactError, RecipeError
from emma.models.tokenizer_file import open_tokenizer
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.bpe import Bpe, ByteLevelTokenizer
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_expandable, load_tokenizer
from emma.vocab.sample import Pair, Plan, Text, cutter, take
from emma.work.work import Work

SPELLED = pa.schema([("piece", pa.string()), ("count", pa.int64())])
_BATCH = 256


@dataclass(frozen=True)
class Frozen:
    """Text that is to stay as the base cuts it."""

    pairs: tuple[Pair, ...]
    plan: Plan
    base: Artifact

    def note(self, work: Work) -> list[Artifact]:
        """What its neighbours spell, shard by shard."""
        return work.each(note_neighbours, self.pairs, self.plan, self.base)

    def changes(self, made: Artifact, work: Work) -> dict[str, int]:
        """How much of it the new tokenizer cuts otherwise: texts, those changed, tokens before and after."""
        counted = work.each(count_changes, self.pairs, self.plan, made, self.base)
        return {name: sum(each.counts[name] for each in counted) for name in counted[0].counts}


def frozen_text(section: VocabConfig, pairs: tuple[Pair, ...], plan: Plan, base: Artifact | None) -> Frozen | None:
    """What the sample takes of `freeze_langs`; None where nothing is frozen. RecipeError when there is none of it."""
    if base is None or not section.freeze_base or not plan:
        return None
    frozen = {lang: entry for lang, entry in plan.items() if lang in section.freeze_langs}
    if not frozen:
        raise RecipeError(
            f"vocab.freeze_base is to leave {', '.join(section.freeze_langs)} as they are, but the corpus has no "
            "training text in any of them to go by. Add a source, name others in vocab.freeze_langs, or leave "
            "vocab.freeze_base out."
        )
    return Frozen(pairs, frozen, base)


def tell(changes: Mapping[str, int], section: VocabConfig, path: Path) -> None:
    """Add to `frozen.json` how much of the frozen text changed. ArtifactError when any did that could not."""
    if changes["changed"] and section.freeze_count == 1:
        raise ArtifactError(
            f"vocab.freeze_base did not hold in {changes['changed']} of {changes['texts']} texts. This is a bug in "
            "EMMA: please report it with the recipe."
        )
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    facts |= {"langs": list(section.freeze_langs), **changes}
    path.write_text(json.dumps(facts, indent=1), encoding="utf-8")


def note_neighbours(out: Path, pair: Pair, plan: Plan, base: Artifact) -> dict[str, int]:
    """What two neighbours spell in a shard's part of the frozen text, and characters without a piece: `spelled.parquet`
    (SPELLED), pieces as the vocabulary writes them."""
    before = load_expandable(base.path)
    opened, found = before.open(), Counter[str]()
    for batch in _batches(take(pair, plan, ("lang",))):
        encodings = opened.encode_batch([each.text for each in batch], add_special_tokens=False)
        for spelled in (neighbours, whole_words, unknown_characters):
            found.update(spelled(before, encodings, batch))
    rows = [{"piece": piece, "count": found[piece]} for piece in sorted(found)]
    shards.write(out / "spelled.parquet", pa.Table.from_pylist(rows, schema=SPELLED))
    return {"spelled": len(rows)}


def neighbours(base: Bpe, encodings: Sequence[Encoding], _: Sequence[Text]) -> dict[str, int]:
    """What every two neighbours of these texts spell together, and how often."""
    size, names, means = len(base.pieces), base.pieces, np.array([bool(text) for text in base.texts])
    ids = [np.array(each.ids, np.int64) for each in encodings]
    keys = np.concatenate([np.zeros(0, np.int64), *(each[:-1] * size + each[1:] for each in ids)])
    found: Counter[str] = Counter()
    for key, count in zip(*(each.tolist() for each in np.unique(keys, return_counts=True)), strict=True):
        left, right = divmod(key, size)
        if means[left] and means[right]:
            found[names[left] + names[right]] += count
    return found


def whole_words(base: Bpe, encodings: Sequence[Encoding], _: Sequence[Text]) -> dict[str, int]:
    """The words of these texts, where the tokenizer takes a word that is a piece before it looks for merges."""
    found: Counter[str] = Counter()
    if not base.table["model"].get("ignore_merges"):
        return found
    for each in encodings:
        words: dict[int | None, str] = {}
        for word, token in zip(each.word_ids, each.tokens, strict=True):
            words[word] = words.get(word, "") + token
        found.update(words.values())
    return found


def unknown_characters(base: Bpe, _: Sequence[Encoding], texts: Sequence[Text]) -> dict[str, int]:
    """The characters of these texts that have no piece; of a byte-level tokenizer they are neighbours already."""
    if isinstance(base, ByteLevelTokenizer):
        return {}
    have, words_of = {" ", *base.pieces}, cutter(base.cut)
    found = Counter(char for each in texts for word in words_of(each.text) for char in word)
    return {char: count for char, count in found.items() if char not in have}


def refused(noted: Sequence[Artifact], at_least: int) -> set[str]:
    """The pieces that would touch the frozen text so often."""
    table = shards.read_all(each.file("spelled.parquet") for each in noted)
    total = table.group_by("piece").aggregate([("count", "sum")])
    pairs = zip(total["piece"].to_pylist(), total["count_sum"].to_pylist(), strict=True)
    return {piece for piece, count in pairs if count >= at_least}


def count_changes(out: Path, pair: Pair, plan: Plan, vocab: Artifact, base: Artifact) -> dict[str, int]:
    """How much of a shard's part of the frozen text is cut otherwise than before."""
    new = open_tokenizer(vocab.file("tokenizer"))
    old = load_tokenizer(base.path).open()
    counts = Counter({"texts": 0, "changed": 0, "tokens_base": 0, "tokens": 0})
    for batch in _batches(take(pair, plan, ("lang",))):
        texts = [each.text for each in batch]
        before, after = (each.encode_batch_fast(texts, add_special_tokens=False) for each in (old, new))
        for one, other in zip(before, after, strict=True):
            changed = one.ids != other.ids
            counts.update(texts=1, changed=changed, tokens_base=len(one.ids), tokens=len(other.ids))
    (out / "done").touch()
    return dict(counts)


def _batches(sample: Iterable[Text]) -> Iterable[list[Text]]:
    batch: list[Text] = []
    for each in sample:
        batch.append(each)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
