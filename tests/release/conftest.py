"""A small run to release: documents in many scripts, a random model, a byte tokenizer, and the report on them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from emma import schemas
from emma.lang.language import CODE
from emma.report.config import ReportConfig
from emma.report.run import report
from emma.store.artifact import Artifact
from emma.work.work import Work

from ..conftest import TEXTS, documents
from ..report.synthetic import run_artifacts

Make = Callable[..., Artifact]
MakeWork = Callable[..., Work]
PAIR = "bod_Tibt"
"""The language with bitext."""


def save_model(folder: Path, *, bos: int = 1, eos: int = 2, seed: int = 0) -> None:
    """A random Llama and a tokenizer that knows bytes only."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")

    vocab = {name: index for index, name in enumerate(["<unk>", "<s>", "</s>", *(f"<0x{b:02X}>" for b in range(256))])}
    model = tokenizers.models.BPE(vocab=vocab, merges=[], unk_token="<unk>", byte_fallback=True)
    backend = tokenizers.Tokenizer(model)
    backend.decoder = tokenizers.decoders.Sequence([tokenizers.decoders.ByteFallback(), tokenizers.decoders.Fuse()])
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    tokenizer.save_pretrained(folder)
    config = transformers.LlamaConfig(
        vocab_size=len(vocab),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=128,
        bos_token_id=bos,
        eos_token_id=eos,
    )
    torch.manual_seed(seed)
    transformers.LlamaForCausalLM(config).save_pretrained(folder)


def rows_of(shard: int) -> list[dict[str, Any]]:
    """Documents of one shard: every script, a language of three documents, code, bitext, and a source to leave out."""
    rows = [
        {"lang": lang, "text": f"{text} {shard} {turn}", "split": split}
        for lang, text in TEXTS.items()
        for turn, split in enumerate(["train", "train", "test", "validation", None])
    ]
    if shard == 0:
        rows += [{"lang": "nor_Latn", "text": "Elva gikk høyt.", "split": "train"}]
        rows += [{"lang": CODE.label, "text": "x = 1\n", "split": "train", "domain": "code"}]
    rows += [
        {"lang": PAIR, "text": f"ཆུ་བོ་ {turn}", "text2": f"the river {turn}", "lang2": "eng_Latn", "split": "train"}
        for turn in range(3)
    ]
    rows += [{"lang": "yor_Latn", "text": f"odò {turn}", "source": "closed", "split": "train"} for turn in range(2)]
    return [{"id": f"test:shard{shard}#{number}", **row} for number, row in enumerate(rows, 1)]


@pytest.fixture
def inputs(make_artifact: Make, make_work: MakeWork) -> dict[str, Artifact]:
    """What `release` reads, by the names of its arguments."""
    shards = [rows_of(shard) for shard in range(3)]
    langs = sorted({row["lang"] for rows in shards for row in rows})
    made = run_artifacts(make_artifact, langs)
    for name, tables in (("collect", _documents(shards)), ("curate", _selection(shards))):
        part = "documents" if name == "collect" else "selection"
        parts = [make_artifact(f"{part}{number}", {f"{part}.parquet": each}) for number, each in enumerate(tables)]
        made[name] = replace(made[name], parts={part: tuple(parts)})
    _overwrite(made["curate"].path / "languages.parquet", _curated(shards))
    _overwrite(made["collect"].path / "sources.parquet", SOURCES)
    save_model(made["train"].path / "model")
    work = make_work("report")
    report(ReportConfig(), **made, work=work)
    return {**made, "report": Artifact(work.out, "report")}


SOURCES = [
    {
        "source": name,
        "licence": licence,
        "origin": "a | b\nc",
        "domain": "test",
        "redistribution": "public",
        "documents": 9,
        "bytes": 99,
        "rejects": 0,
        "units_rejected": 0,
        "units_lost": 0,
        "bytes_unread": 0,
    }
    for name, licence in (("test", "CC0-1.0"), ("closed", "all rights reserved"))
]


def _documents(shards: Sequence[Sequence[dict[str, Any]]]) -> list[pa.Table]:
    return [documents([{name: row[name] for name in row if name != "split"} for row in rows]) for rows in shards]


def _selection(shards: Sequence[Sequence[dict[str, Any]]]) -> list[pa.Table]:
    return [
        pa.Table.from_pylist(
            [
                {
                    "split": row["split"],
                    "reason": None if row["split"] else "near duplicate",
                    "cluster": row["id"],
                    "cluster_size": 1,
                }
                for row in rows
            ],
            schema=schemas.SELECTION,
        )
        for rows in shards
    ]


def _curated(shards: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    counts = Counter(
        (row["lang"], row.get("domain", "test"), row.get("source", "test"), row["split"] or "near duplicate")
        for rows in shards
        for row in rows
    )
    names = ("lang", "domain", "source", "outcome")
    return [
        {**dict(zip(names, key, strict=True)), "documents": found, "bytes": 10 * found}
        for key, found in sorted(counts.items())
    ]


def _overwrite(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    pa.parquet.write_table(pa.Table.from_pylist(list(rows)), path)
