"""Packing: every kept document, in order, exactly; pairs of translations; any number of workers."""

import json
from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.pack.config import PackConfig
from emma.pack.run import pack
from emma.schemas import PACKED
from emma.store import shards
from emma.tokens.files import TokenFile, ids_path
from emma.work.graph import check_balance
from tests.conftest import TEXTS, documents, selection

ROWS = [
    {"lang": lang, "text": f"{number}: {text}", "domain": "web" if number % 2 else "a/b.c"}
    for number in range(5)
    for lang, text in TEXTS.items()
] + [{"lang": "eng_Latn", "text": "</s> is <s>text</s>", "domain": "web"}]
SPLITS = [("train", "train", "validation", "test", None)[number // 2 % 5] for number in range(len(ROWS))]


def run(make_artifact, work, vocab, rows=ROWS, splits=SPLITS, *, cut=20, name="", **changes):
    table, selected = documents(rows), selection(splits)
    parts = [(table.slice(at, cut), selected.slice(at, cut)) for at in range(0, len(rows), cut)]
    made = [make_artifact(f"{name}d{n}", {"documents.parquet": part[0]}) for n, part in enumerate(parts)]
    collect = make_artifact(f"{name}collect", documents=made)
    made = [make_artifact(f"{name}s{n}", {"selection.parquet": part[1]}) for n, part in enumerate(parts)]
    curate = make_artifact(f"{name}curate", selection=made)
    made = pack(PackConfig(**{"buckets": 3} | changes), collect=collect, curate=curate, vocab=vocab, work=work)
    index = shards.read(work.out / "index.parquet")
    assert index.schema.equals(PACKED)
    return made, index.to_pylist()


def ids_of(made, rows) -> dict[tuple[str, str, str], list[str]]:
    return {
        (row["lang"], row["domain"], row["split"]): shards.read(
            ids_path(made.parts["packed"][row["part"]].path / row["path"])
        )["id"].to_pylist()
        for row in rows
    }


def texts_of(made, rows) -> dict[tuple[str, str, str], list[str]]:
    """Read everything back by undoing the byte pieces by hand."""
    found = {}
    for row in rows:
        file = TokenFile(made.parts["packed"][row["part"]].path / row["path"])
        found[row["lang"], row["domain"], row["split"]] = [
            bytes(token - 3 for token in file.document(number)[1:-1].tolist()).decode() for number in range(len(file))
        ]
        for number in range(len(file)):
            assert (file.document(number)[0], file.document(number)[-1]) == (1, 2)
        assert row["documents"] == len(file)
        assert row["tokens"] == len(file.tokens) == row["bytes"] + 2 * len(file)
    return found


def test_every_kept_document_comes_back_in_order(make_artifact, make_work, vocab) -> None:
    made, index = run(make_artifact, make_work("pack"), vocab)
    wanted: dict[tuple[str, str, str], list[str]] = {}
    for row, split in zip(ROWS, SPLITS, strict=True):
        if split in ("train", "validation"):
            wanted.setdefault((row["lang"], row["domain"], split), []).append(row["text"])
    assert texts_of(made, index) == wanted
    assert [(row["lang"], row["domain"], row["split"]) for row in index] == sorted(wanted)
    kept = sum(len(each) for each in wanted.values())
    assert made.counts["rows_in"] == made.counts["rows_out"] == made.counts["texts"] == kept
    assert made.counts["tokens"] == sum(row["tokens"] for row in index)
    check_balance("pack", made.counts)
    assert len(made.parts["packed"]) == 3


def test_what_readers_need_to_know(make_artifact, make_work, vocab) -> None:
    work = make_work("pack")
    made, _ = run(make_artifact, work, vocab, add_bos=False)
    facts = json.loads((work.out / "pack.json").read_text())
    assert facts == facts | {"vocabulary": 259, "bos": None, "eos": 2}
    assert len(facts["tokenizer"]) == 64
    assert made.counts["tokens"] == made.counts["bytes"] + made.counts["texts"]


def files(made) -> dict[str, bytes]:
    return {
        f"{number}/{file.name}": file.read_bytes()
        for number, part in enumerate(made.parts["packed"])
        for file in sorted(part.path.iterdir())
        if file.name != "manifest.json"
    }


@pytest.mark.slow
def test_the_same_bytes_from_two_workers_and_from_other_shards(make_artifact, store: Path, vocab) -> None:
    from emma.work.local import Local
    from emma.work.progress import Reporter
    from emma.work.work import Work

    outcomes = []
    for number, (workers, cut) in enumerate([(1, 20), (2, 20), (1, 7)]):
        root = store / str(number)
        (root / "out").mkdir(parents=True)
        with Local(workers) as executor:
            work = Work(root, "pack", 1, "k", root / "out", executor, Reporter(quiet=True))
            made, _ = run(make_artifact, work, vocab, cut=cut, name=str(number))
        outcomes.append(files(made) | {"index": (root / "out" / "index.parquet").read_bytes()})
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert len(outcomes[0]) > 10


def test_nothing_to_pack(make_artifact, make_work, vocab) -> None:
    with pytest.raises(RecipeError, match="curate kept no document"):
        run(make_artifact, make_work("pack"), vocab, splits=[None] * len(ROWS))
