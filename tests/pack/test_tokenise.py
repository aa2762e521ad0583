"""Tokenising: what is counted, what surrounds a text, and what a tokenizer would do on its own."""

import json
import resource
import shutil
from pathlib import Path

import pytest

from emma.pack import tokenise
from emma.tokens.files import TokenFile
from tests.pack.test_run import ROWS, SPLITS, files, ids_of, run, texts_of
from tests.vocab.bases import BASES, write


def test_ids_and_words(make_artifact, make_work, vocab) -> None:
    made, index = run(make_artifact, make_work("pack"), vocab)
    wanted: dict[tuple[str, str, str], list[str]] = {}
    words: dict[tuple[str, str, str], int] = {}
    for number, (row, split) in enumerate(zip(ROWS, SPLITS, strict=True), 1):
        if split in ("train", "validation"):
            key = (row["lang"], row["domain"], split)
            wanted.setdefault(key, []).append(f"test:file#{number}")
            words[key] = words.get(key, 0) + len(row["text"].replace("\u1361", " ").split())
    assert ids_of(made, index) == wanted
    assert {(row["lang"], row["domain"], row["split"]): row["words"] for row in index} == words
    assert made.counts["words"] == sum(words.values())


def test_more_sources_than_a_process_may_have_files_open(make_artifact, make_work, vocab) -> None:
    rows = [{"lang": "nqo_Nkoo", "domain": f"site {number}", "text": f"ߒߞߏ {number}"} for number in range(150)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/proc/self/fd").iterdir())) + 60, hard))
    try:
        made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"] * 150, buckets=1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert {key[1]: texts for key, texts in texts_of(made, index).items()} == {
        row["domain"]: [row["text"]] for row in rows
    }


def test_long_documents_go_to_the_tokenizer_a_few_at_a_time(make_artifact, make_work, vocab, monkeypatch) -> None:
    outcomes = []
    for number, portion in enumerate((1 << 20, 1, 70)):
        monkeypatch.setattr(tokenise, "_PORTION_BYTES", portion)
        made, index = run(make_artifact, make_work("pack", str(number) * 20), vocab, name=str(number))
        outcomes.append(texts_of(made, index))
        shutil.rmtree(make_work("pack").root / "pack")
    assert outcomes[0] == outcomes[1] == outcomes[2]


LEAKS = {
    "truncation": {"direction": "Right", "max_length": 9, "strategy": "LongestFirst", "stride": 0},
    "padding": {
        "strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": 8, "pad_id": 1, "pad_type_id": 0,
        "pad_token": "<s>",
    },
    "dropout": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("kind", ["llama2", "llama3"])
def test_what_the_tokenizer_would_do_on_its_own_changes_nothing(kind: str, make_artifact, make_work) -> None:
    found = []
    for number, name in enumerate(["none", *LEAKS]):
        artifact = make_artifact(f"vocab-{name}")
        folder = BASES[kind](artifact.path / "tokenizer")
        table = json.loads((folder / "tokenizer.json").read_text())
        if name == "dropout":
            table["model"][name] = LEAKS[name]
        elif name in LEAKS:
            table[name] = LEAKS[name]
        write(folder, tokenizer=table)
        made, _ = run(make_artifact, make_work("pack", str(number) * 20), artifact, name=name)
        found.append(files(made))
    assert found[0] == found[1] == found[2] == found[3]


@pytest.mark.parametrize(
    ("said", "sides", "first"),
    [
        ({"bos_token": "<s>", "eos_token": "</s>"}, {}, 1),
        ({"bos_token": None, "eos_token": "</s>"}, {}, 2),
        ({"eos_token": "</s>"}, {}, 2),
        ({"eos_token": "</s>"}, {"bos_token_id": 0}, 0),
        ({}, {"bos_token_id": 1, "eos_token_id": [2, 0]}, 1),
        ({}, {"eos_token_id": 2}, 2),
    ],
)
def test_training_and_evaluation_put_the_same_token_before_a_text(
    said: dict, sides: dict, first: int, *, make_artifact, make_work, vocab
) -> None:
    """So that the first token of a document is predicted in both, and from the same."""
    from emma.evaluate.backends.model import open_model_tokenizer

    folder = write(vocab.path / "tokenizer", tokenizer_config=said, config=sides)
    made, index = run(make_artifact, make_work("pack"), vocab)
    assert json.loads((make_work("pack").out / "pack.json").read_text())["bos"] == first
    assert open_model_tokenizer(folder)[1] == first
    for row in index:
        file = TokenFile(made.parts["packed"][row["part"]].path / row["path"])
        for number in range(len(file)):
            tokens = file.document(number).tolist()
            assert (tokens[0], tokens[-1]) == (first, 2)
            assert min(tokens[1:-1]) > 2  # all that was in the text stands behind it, and is predicted


def test_what_vocab_found_in_the_base_counts(make_artifact, make_work, vocab) -> None:
    """config.json is not beside the tokenizer when documents are packed."""
    end = {"id": 0, "token": "<unk>"}
    (vocab.path / "vocab.json").write_text(json.dumps({"special": {"bos": None, "eos": end, "first": end}}))
    made, index = run(make_artifact, make_work("pack"), vocab)
    file = TokenFile(made.parts["packed"][index[0]["part"]].path / index[0]["path"])
    assert (file.document(0)[0], file.document(0)[-1]) == (0, 0)
