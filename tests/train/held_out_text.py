"""Held-out documents beside the training text of the small world, and a tokenizer that says what text they are."""

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
from tokenizers import Tokenizer, decoders, models

from emma.schemas import PACKED
from emma.store import shards
from emma.store.address import file_digest
from emma.store.artifact import Artifact
from emma.tokens.files import TokenFileWriter
from tests.train.conftest import BOS, VOCABULARY, made_up

HELD_OUT = {
    ("amh_Ethi", "web"): made_up([7, 40, 3], 1),
    ("eng_Latn", "web"): made_up([12, 5], 7),  # never trained on
    ("yor_Latn", "books"): made_up([25], 5),
    ("yor_Latn", "web"): made_up([2, 6, 1], 2),
    ("zxx_Zyyy", "code"): made_up([20], 11),
}


def character(number: int) -> str:
    """The text of a token: characters of one to four bytes."""
    return chr((0x41, 0x400, 0x1200, 0x1F300)[number % 4] + number)


def make_tokenizer() -> Tokenizer:
    """A tokenizer in which every token is one character."""
    vocabulary = {character(number): number for number in range(VOCABULARY) if number != BOS}
    tokenizer = Tokenizer(models.WordLevel(vocabulary | {"<s>": BOS}, unk_token="<s>"))
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def add_held_out(
    inputs: Mapping[str, Artifact],
    documents: Mapping[tuple[str, str], list[list[int]]] = HELD_OUT,
    *,
    tokenizer: bool = True,
) -> Mapping[str, Artifact]:
    """Write held-out text into the inputs of the train stage, and a tokenizer if asked to; gives the inputs."""
    (part,), model, plan = inputs["pack"].parts["packed"], inputs["adapt"].path / "model", inputs["mix"].path
    rows = []
    for (lang, domain), texts in documents.items():
        name = f"{lang}.{domain}.validation"
        with TokenFileWriter(part.path / name, VOCABULARY) as writer:
            for number, each in enumerate(texts):
                writer.add(each, f"{lang}:{domain}#{number}")
        facts = {"lang": lang, "domain": domain, "split": "validation", "path": name, "part": 0}
        rows.append(facts | {"documents": len(texts), "tokens": sum(map(len, texts))})
    inputs["pack"].path.mkdir(exist_ok=True)
    shards.write(inputs["pack"].path / "index.parquet", pa.Table.from_pylist(rows, schema=PACKED))
    if tokenizer:
        make_tokenizer().save(str(model / "tokenizer.json"))
        change_plan(plan, tokenizer=file_digest(model / "tokenizer.json"))
    return inputs


def change_plan(mix: Path, **facts: object) -> None:
    """Change facts of a plan."""
    plan = json.loads((mix / "plan.json").read_text())
    (mix / "plan.json").write_text(json.dumps(plan | facts))
