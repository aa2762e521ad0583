"""Packing: every kept document, in order, exactly; pairs of translations; any number of workers."""

import json
import resource
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError
from tokenizers import Tokenizer, decoders, models, normalizers

from emma.errors import RecipeError
from emma.pack import tokenise
from emma.pack.config import PackConfig
from emma.pack.run import pack
from emma.schemas import PACKED
from emma.store import shards
from emma.tokens.files import TokenFile, ids_path
from emma.work.graph import check_balance
from tests.conftest import TEXTS, documents, selection
from tests.vocab.bases import BASES, write

ROWS = [
    {"lang": lang, "text": f"{number}: {text}", "domain": "web" if number % 2 else "a/b.c"}
    for number in range(5)
    for lang, text in TEXTS.items()
] + [{"lang": "eng_Latn", "text": "</s> is <s>text</s>", "domain": "web"}]
SPLITS = [("train", "train", "validation", "test", None)[number // 2 % 5] for number in range(len(ROWS))]


@pytest.fixture
def vocab(make_artifact):
    """A tokenizer of bytes: three specials and 256 byte pieces."""
    specials = {"<unk>": 0, "<s>": 1, "</s>": 2}
    pieces = specials | {f"<0x{byte:02X}>": byte + 3 for byte in range(256)}
    tokenizer = Tokenizer(models.BPE(pieces, [], unk_token="<unk>", byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([])
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(list(specials))
    artifact = make_artifact("vocab")
    folder = artifact.path / "tokenizer"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"bos_token": "<s>", "eos_token": {"content": "</s>", "special": True}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return artifact


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


PAIRS = [
    {"lang": "eng_Latn", "text": f"hello {number}", "lang2": "amh_Ethi", "text2": f"ሰላም {number}", "domain": "bitext"}
    for number in range(40)
]


def test_pairs_go_both_ways_and_belong_to_the_rarer_language(make_artifact, make_work, vocab) -> None:
    rows = [*PAIRS, {"lang": "eng_Latn", "text": "a lot of English"}, {"lang": "amh_Ethi", "text": "ሰው"}]
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"] * len(rows))
    found = texts_of(made, index)["amh_Ethi", "bitext", "train"]
    ways = [
        (f"eng_Latn: hello {number}\namh_Ethi: ሰላም {number}", f"amh_Ethi: ሰላም {number}\neng_Latn: hello {number}")
        for number in range(40)
    ]
    assert all(text in each for text, each in zip(found, ways, strict=True))
    assert 8 < sum(text == each[0] for text, each in zip(found, ways, strict=True)) < 32
    assert ("eng_Latn", "bitext", "train") not in texts_of(made, index)


def test_pairs_follow_the_template(make_artifact, make_work, vocab) -> None:
    rows = [{**PAIRS[0], "text": "{x}"}]
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"], bitext_template="{text} ⇔ {text2}")
    (texts,) = texts_of(made, index).values()
    assert texts[0] in ("{x} ⇔ ሰላም 0", "ሰላም 0 ⇔ {x}")


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_how_many_pairs_are_reversed(share: float, make_artifact, make_work, vocab) -> None:
    rows = PAIRS * 5
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"] * len(rows), bitext_reversed=share)
    (texts,) = texts_of(made, index).values()
    assert sum(text.startswith("amh") for text in texts) / len(texts) == pytest.approx(share, abs=0.1 * (0 < share < 1))


def test_pairs_are_written_both_ways_with_names(make_artifact, make_work, vocab) -> None:
    rows = [*PAIRS[:3], {"lang": "eng_Latn", "text": "alone"}]
    template = "{name} ({lang}): {text} | {name2} ({lang2}): {text2} {{}}"
    changes = {"bitext_both": True, "bitext_template": template}
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"] * 4, **changes)
    found = texts_of(made, index)["amh_Ethi", "bitext", "train"]
    assert found[:2] == [
        "English (eng_Latn): hello 0 | Amharic (amh_Ethi): ሰላም 0 {}",
        "Amharic (amh_Ethi): ሰላም 0 | English (eng_Latn): hello 0 {}",
    ]
    assert len(found) == 6 and made.counts["texts"] == 7
    assert made.counts["rows_in"] == made.counts["rows_out"] == 4
    assert ids_of(made, index)["amh_Ethi", "bitext", "train"] == [f"test:file#{n}" for n in (1, 1, 2, 2, 3, 3)]


def ids_of(made, rows) -> dict[tuple[str, str, str], list[str]]:
    return {
        (row["lang"], row["domain"], row["split"]): shards.read(
            ids_path(made.parts["packed"][row["part"]].path / row["path"])
        )["id"].to_pylist()
        for row in rows
    }


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


@pytest.mark.parametrize(
    "template", ["{text}", "{text} {txet2}", "{text} {text2} {0}", "{text {text2}", "{text} {text2} {}"]
)
def test_templates_that_cannot_be_used(template: str) -> None:
    with pytest.raises(ValidationError, match="text2"):
        PackConfig(bitext_template=template)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_shares_that_cannot_be(share: float) -> None:
    with pytest.raises(ValidationError, match="bitext_reversed"):
        PackConfig(bitext_reversed=share)


def test_nothing_to_pack(make_artifact, make_work, vocab) -> None:
    with pytest.raises(RecipeError, match="curate kept no document"):
        run(make_artifact, make_work("pack"), vocab, splits=[None] * len(ROWS))


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
    from emma.evaluate.score import open_model_tokenizer

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
