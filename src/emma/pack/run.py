"""The pack stage: tokenise once. Selected documents become token files, one a language, domain and split."""

from collections import Counter
from collections.abc import Iterable

from emma.config.extras import need
from emma.errors import RecipeError
from emma.pack.config import PackConfig
from emma.pack.texts import measure_languages, scatter_texts
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import write_json
from emma.store.selected import SelectedShard
from emma.work.work import StageOutput, Work


def pack(section: PackConfig, *, collect: Artifact, curate: Artifact, vocab: Artifact, work: Work) -> StageOutput:
    """Write `index.parquet` (schemas.PACKED) and `pack.json`; the token files are in the parts named `packed`.

    Raises RecipeError when curate kept no document for training or validation.
    """
    need("tokenizers", "train")
    # Imported after `need`, which names the extra that is missing.
    from emma.pack.tokenise import describe_tokenizer, tokenise

    documents = tuple(zip(collect.parts["documents"], curate.parts["selection"], strict=True))
    buckets = work.scatter(scatter_texts, documents, section.buckets, section, sum_language_bytes(documents, work))
    # One task a bucket: all text of a language and domain is in one, so no file is written by two tasks.
    packed = work.each(tokenise, buckets, section, vocab)
    index = shards.read_all(part.file("packed.parquet") for part in packed)
    if not index.num_rows:
        raise RecipeError("There is nothing to pack: curate kept no document for training or validation.")
    shards.write(work.out / "index.parquet", index.sort_by([(name, "ascending") for name in index.column_names[:3]]))
    write_json(work.out / "pack.json", describe_tokenizer(vocab.file("tokenizer"), section), end="")
    counts = sum_task_counts(packed)
    read = sum_task_counts(buckets[0][1])  # every bucket names all shards
    texts = counts.pop("documents")  # a pair that is written both ways is one document and two texts
    rows = {"rows_in": read["rows_in"], "rows_out": texts - (read["texts"] - read["rows_in"])}
    return StageOutput({**rows, "texts": texts, **counts}, {"packed": packed})


def sum_task_counts(parts: Iterable[Artifact]) -> Counter[str]:
    """The sums of what parts counted."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)
    return counts


def sum_language_bytes(documents: tuple[SelectedShard, ...], work: Work) -> dict[str, int]:
    """Bytes of each language's own text where there are pairs to file by them, else nothing."""
    measured = work.each(measure_languages, documents)
    if not any(part.counts["bitext"] for part in measured):
        return {}
    sizes: Counter[str] = Counter()
    for part in measured:
        for row in shards.read(part.file("languages.parquet")).to_pylist():
            sizes[row["lang"]] += row["bytes"]
    return dict(sizes)
