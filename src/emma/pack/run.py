"""The pack stage: tokenise once. Selected documents become token files, one a language, domain and split."""

import json
from collections import Counter
from collections.abc import Iterable

from emma.config.extras import need
from emma.errors import RecipeError
from emma.pack.config import PackConfig
from emma.pack.rows import Pair, measure_languages, scatter_texts
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.work import StageOutput, Work


def pack(section: PackConfig, *, collect: Artifact, curate: Artifact, vocab: Artifact, work: Work) -> StageOutput:
    """Write `index.parquet` (schemas.PACKED) and `pack.json`; the token files are in the parts named `packed`.

    Raises RecipeError when curate kept no document for training or validation.
    """
    need("tokenizers", "train")
    from emma.pack.tokenise import facts, tokenise

    pairs = tuple(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    buckets = work.scatter(scatter_texts, pairs, section.buckets, section, language_bytes(pairs, work))
    packed = work.each(tokenise, buckets, section, vocab)
    index = shards.read_all(each.file("packed.parquet") for each in packed)
    if not index.num_rows:
        raise RecipeError("There is nothing to pack: curate kept no document for training or validation.")
    shards.write(work.out / "index.parquet", index.sort_by([(each, "ascending") for each in index.column_names[:3]]))
    (work.out / "pack.json").write_text(json.dumps(facts(vocab.file("tokenizer"), section), indent=1))
    counts = total(packed)
    read = total(buckets[0][1])
    texts = counts.pop("documents")  # a pair that is written both ways is one document and two texts
    rows = {"rows_in": read["rows_in"], "rows_out": texts - (read["texts"] - read["rows_in"])}
    return StageOutput({**rows, "texts": texts, **counts}, {"packed": packed})


def total(parts: Iterable[Artifact]) -> Counter[str]:
    """The sums of what parts counted."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)
    return counts


def language_bytes(pairs: tuple[Pair, ...], work: Work) -> dict[str, int]:
    """Bytes of each language's own text where there are pairs to file by them, else nothing."""
    measured = work.each(measure_languages, pairs)
    if not any(part.counts["bitext"] for part in measured):
        return {}
    sizes: Counter[str] = Counter()
    for part in measured:
        for row in shards.read(part.file("languages.parquet")).to_pylist():
            sizes[row["lang"]] += row["bytes"]
    return dict(sizes)
