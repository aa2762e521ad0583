"""The sample that a vocabulary is learnt from, balanced over languages, and the words that it holds.

Documents are taken in the order of the hash of their id, so the sample is the same however the corpus is cut into
shards. A first pass notes how many bytes lie at which hash, from which each group's cut-off follows; a second pass
takes what lies below it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emma.models.sentencepiece import SPACE
from emma.schemas import SPLITS
from emma.store import shards
from emma.store.address import hash64
from emma.store.artifact import Artifact
from emma.store.selected import SelectedShard, read_selected


class SampleQuota(NamedTuple):
    """The quota of a group of documents in the sample."""

    last_rank: int
    """The hash rank up to which documents are taken."""
    max_bytes: int
    """The group's budget; a text that is longer is cut to it."""
    times: int
    """Number of times that each text is counted."""
    is_training: bool = True
    """Whether training text is taken, else text that is held out."""


SamplePlan = dict[str, SampleQuota]
"""The quota of each group, by its name."""

BYTES = pa.schema(
    [("lang", pa.string()), ("domain", pa.string()), ("train", pa.bool_()), ("rank", pa.int32()), ("bytes", pa.int64())]
)
WORDS = pa.schema([("word", pa.string()), ("count", pa.int64())])
_COLUMNS = ("id", "lang", "domain", "text", "lang2", "text2")


@dataclass(frozen=True)
class SampleText:
    """One text of the sample."""

    group: str
    text: str
    bytes: int


def rank_document(document: str) -> int:
    """The rank of a document in hash order, as a small float of 4 binary digits: fine where little is to be taken."""
    number = hash64("sample", document)
    exponent = max(number.bit_length() - 5, 0)
    return exponent << 5 | number >> exponent


def read_texts(shard: SelectedShard) -> Iterator[pa.Table]:
    """The kept texts of a shard: id, lang, domain, train, text. Both sides of bitext, each in its own language."""
    for table in read_selected(*shard, _COLUMNS, SPLITS):
        kept = table.append_column("train", pc.equal(table["split"], "train"))
        bitext = kept.filter(pc.is_valid(kept["text2"]))
        names = ["id", "lang", "domain", "train", "text"]
        # The other side is text of its own language, and teaches its pieces.
        second_sides = bitext.select(["id", "lang2", "domain", "train", "text2"]).rename_columns(names)
        yield pa.concat_tables([kept.select(names), second_sides])


def measure_text(out: Path, shard: SelectedShard) -> dict[str, int]:
    """Task: bytes of text by language, domain, training or held out, and hash rank, `bytes.parquet` (BYTES)."""
    sizes: Counter[tuple[str, str, bool, int]] = Counter()
    for table in read_texts(shard):
        ranks = [rank_document(document) for document in table["id"].to_pylist()]
        keys = zip(*(table[name].to_pylist() for name in ("lang", "domain", "train")), ranks, strict=True)
        for key, size in zip(keys, pc.binary_length(table["text"]).to_pylist(), strict=True):
            sizes[key] += size
    rows = [dict(zip(BYTES.names, (*key, sizes[key]), strict=True)) for key in sorted(sizes)]
    shards.write(out / "bytes.parquet", pa.Table.from_pylist(rows, schema=BYTES))
    return {"texts": len(rows)}


def find_cut_off(ranks: Mapping[int, int], budget: int, boost: int) -> SampleQuota:
    """The quota of a group with these bytes at each hash rank, and this budget of bytes.

    The budget is met or a little exceeded; a group that has less is taken whole and counted up to `boost` times.
    """
    total, size, last = sum(ranks.values()), 0, 0
    for last in sorted(ranks):
        size += ranks[last]
        if size >= budget:
            break
    return SampleQuota(last, budget, min(boost, max(1, budget // max(total, 1))))


def plan_training_sample(measured: pa.Table, sample_bytes: int, alpha: float, boost: int) -> SamplePlan:
    """Plan how much to take of each language: in proportion to its bytes to the power `alpha`."""
    ranks = _group_ranks(measured.filter(measured["train"]), ("lang",))
    powers = {lang: float(sum(sizes.values())) ** alpha for lang, sizes in ranks.items()}
    # The alpha of XLM-R (arXiv 1911.02116, section 3.1): small languages get more than their share of the text.
    share = sample_bytes / sum(powers.values()) if powers else 0.0
    return {lang: find_cut_off(ranks[lang], max(1, int(powers[lang] * share)), boost) for lang in sorted(ranks)}


def plan_held_out_sample(measured: pa.Table, budget: int) -> SamplePlan:
    """Plan how much to measure of each language and domain: held-out text where there is any, else training text."""
    plan: SamplePlan = {}
    for train in (True, False):  # held-out text replaces training text
        ranks = _group_ranks(measured.filter(pc.equal(measured["train"], train)), ("lang", "domain"))
        quotas = {group: find_cut_off(ranks[group], budget, 1) for group in sorted(ranks)}
        plan |= {group: quota._replace(is_training=train) for group, quota in quotas.items()}
    return plan


def _group_ranks(measured: pa.Table, names: tuple[str, ...]) -> dict[str, Counter[int]]:
    """For each group of rows the bytes at each hash rank."""
    ranks: dict[str, Counter[int]] = {}
    for row in measured.to_pylist():
        ranks.setdefault(name_group(row, names), Counter())[row["rank"]] += row["bytes"]
    return ranks


def name_group(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The name of a row's group; its parts are separated by tabs, which neither labels nor domains hold."""
    return "\t".join(row[name] for name in names)


def take_sample(shard: SelectedShard, plan: SamplePlan, names: tuple[str, ...]) -> Iterator[SampleText]:
    """The texts of a shard that the plan takes. One longer than its group's whole budget is cut to that."""
    for table in read_texts(shard):
        columns = {name: table[name].to_pylist() for name in ("id", "lang", "domain", "train")}
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        groups = [name_group(row, names) for row in rows]
        chosen = [_is_chosen(row, plan.get(group)) for row, group in zip(rows, groups, strict=True)]
        texts = table["text"].filter(pa.array(chosen, pa.bool_())).to_pylist()
        chosen_groups = (group for group, is_chosen in zip(groups, chosen, strict=True) if is_chosen)
        for group, text in zip(chosen_groups, texts, strict=True):
            # The cut may be inside a character, whose bytes are then left out.
            content = text.encode()[: plan[group].max_bytes]
            yield SampleText(group, content.decode(errors="ignore"), len(content))


def _is_chosen(row: Mapping[str, Any], quota: SampleQuota | None) -> bool:
    """Whether a row is in the sample."""
    if quota is None or row["train"] != quota.is_training:
        return False
    return rank_document(row["id"]) <= quota.last_rank


_WORD = re.compile(f" ?[^ \n\r\t{SPACE}]+")
# Words in what a tokenizer's own steps leave as one, where they write spaces as ▁.
_MARKED_WORD = re.compile(f"{SPACE}?[^ \n\r\t{SPACE}]+")
WordRules = Mapping[str, Any]
"""How a tokenizer divides text into words, as JSON: `{"prefix": whether a space is put before each text}`, or its own
normaliser and pre-tokenizer, and whether these write spaces as ▁ (`marked`)."""


def find_words(text: str, prefix: bool) -> list[str]:
    """The words of a text, each with its leading space: what lies between spaces.

    In scripts that do not space words it is a whole run, which base segmentation and the boundaries of `merges.py`
    divide later. With `prefix` the tokenizer puts a space before the text, so the first word has one too.
    """
    return _WORD.findall(f" {text}" if prefix else text)


def make_word_splitter(rules: WordRules) -> Callable[[str], list[str]]:
    """The function that gives the words of a text; those of a byte-level tokenizer are in its alphabet."""
    if "prefix" in rules:
        return partial(find_words, prefix=bool(rules["prefix"]))
    from emma.models.tokenizer_file import split_words, steps_before_model

    split = partial(split_words, steps_before_model(rules))
    if not rules.get("marked"):
        return split
    return lambda text: [part for word in split(text) for part in _MARKED_WORD.findall(word)]


def count_words(out: Path, shard: SelectedShard, plan: SamplePlan, rules: WordRules) -> dict[str, int]:
    """Task: count the words of a shard's part of the sample, `words.parquet` (WORDS), sorted."""
    split = make_word_splitter(rules)
    counts: dict[int, Counter[str]] = {}
    size = 0
    for sample in take_sample(shard, plan, ("lang",)):
        size += sample.bytes
        times = plan[sample.group].times
        counts.setdefault(times, Counter()).update(split(sample.text))
    tables = [_table_of_counts(words, times) for times, words in sorted(counts.items())]
    shards.write(out / "words.parquet", _sum_counts(tables))
    return {"bytes": size}


def _table_of_counts(words: Counter[str], times: int) -> pa.Table:
    columns = [pa.array(words, pa.string()), pc.multiply(pa.array(words.values(), pa.int64()), times)]
    return pa.table(columns, schema=WORDS)


def _sum_counts(tables: Sequence[pa.Table]) -> pa.Table:
    total = pa.concat_tables([WORDS.empty_table(), *tables]).group_by("word").aggregate([("count", "sum")])
    return total.sort_by("word").rename_columns(WORDS.names)


def read_words(counted: Sequence[Artifact]) -> tuple[list[str], list[int]]:
    """The words of all shards, sorted, with a leading ▁ for a space, and their counts."""
    total = _sum_counts([shards.read(part.file("words.parquet")) for part in counted])
    words = pc.replace_substring(total["word"], " ", SPACE, max_replacements=1)
    return words.to_pylist(), total["count"].to_pylist()


def sum_character_counts(words: Sequence[str], counts: Sequence[int]) -> dict[str, int]:
    """Sum the counts of the words that each character occurs in."""
    points = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    weights = np.repeat(np.asarray(counts, np.int64), [len(word) for word in words])
    sums = np.bincount(points, weights)  # floats, but exact up to 2^53
    return {chr(point): int(sums[point]) for point in np.flatnonzero(sums)}
