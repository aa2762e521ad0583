"""The stage: from scratch, on a base, and what it refuses."""

import json
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pytest
from transformers import AutoTokenizer

from emma.errors import RecipeError
from emma.schemas import FERTILITY
from emma.store import shards
from emma.store.artifact import Artifact
from emma.vocab.bpe import segment
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_tokenizer
from emma.vocab.run import vocab
from tests.conftest import TEXTS
from tests.vocab.corpora import ROWS, corpus

SECTION = VocabConfig(new_pieces=400, minimum_count=2, sample_bytes=100_000, character_share=0.6)
AWKWARD = [" a", "  a  b ", "a\n\n b\t", " ", "", "क्\u200dष \u200c", "12 345", "🦜", "\u3000人\u00a0"]


def run(make_artifact, make_work, section=SECTION, base: Path | None = None, name: str = "", **made) -> Path:
    work = make_work("vocab", key=(name or "v").ljust(20, "0"))
    given = None if base is None else Artifact(base, f"base-{name}")
    counts = vocab(section, **corpus(make_artifact, name=name, **made), base=given, work=work).counts
    (work.out / "counts.json").write_text(json.dumps(counts))
    return work.out


def counts_of(out: Path) -> dict[str, int]:
    return json.loads((out / "counts.json").read_text())


@pytest.fixture
def english(make_artifact, make_work) -> Path:
    """A base that knows English only."""
    rows = [row for row in ROWS if row["lang"] == "eng_Latn"]
    return run(make_artifact, make_work, SECTION, rows=rows, name="english") / "tokenizer"


def test_from_scratch(make_artifact, make_work) -> None:
    out = run(make_artifact, make_work)
    tokenizer = AutoTokenizer.from_pretrained(out / "tokenizer")
    counts = counts_of(out)
    assert counts["pieces_base"] == 259
    assert counts["pieces_new"] == counts["characters"] + counts["merges"] <= 400
    assert min(counts["characters"], counts["merges"]) > 100
    assert len(tokenizer) == 259 + counts["pieces_new"]
    assert tokenizer.convert_tokens_to_ids(["<unk>", "<s>", "</s>", "<0x00>", "▁"]) == [0, 1, 2, 3, 259]
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<s>", "</s>")
    assert tokenizer.encode("a")[0] == 1


def test_every_script_comes_back_exactly(english: Path, make_artifact, make_work) -> None:
    out = run(make_artifact, make_work, base=english)
    as_released, as_packed = AutoTokenizer.from_pretrained(out / "tokenizer"), load_tokenizer(out / "tokenizer").open()
    for text in [*TEXTS.values(), *AWKWARD]:
        assert as_released.decode(as_released.encode(text, add_special_tokens=False)) == text
    for text in [*TEXTS.values(), *AWKWARD, "<s>x</s><unk>"]:
        ids = as_packed.encode(text, add_special_tokens=False).ids
        assert as_packed.decode(ids, skip_special_tokens=False) == text
        assert not {0, 1, 2} & set(ids)


def test_base_ids_stay_and_new_ones_follow(english: Path, make_artifact, make_work) -> None:
    out = run(make_artifact, make_work, base=english)
    before, after = (AutoTokenizer.from_pretrained(each).get_vocab() for each in (english, out / "tokenizer"))
    assert {piece: after[piece] for piece in before} == before
    assert sorted(after.values()) == list(range(len(after)))
    table = shards.read(out / "pieces.parquet")
    assert {row["piece"]: row["id"] for row in table.to_pylist()} == {
        piece: number for piece, number in after.items() if piece not in before
    }
    added = json.loads((out / "tokenizer" / "tokenizer.json").read_text())["added_tokens"]
    assert [each["content"] for each in added] == ["<unk>", "<s>", "</s>"]


def test_new_pieces_are_reachable_and_spelled_by_the_base(english: Path, make_artifact, make_work) -> None:
    out = run(make_artifact, make_work, base=english)
    old, new = load_tokenizer(english), load_tokenizer(out / "tokenizer")
    rows = shards.read(out / "pieces.parquet").to_pylist()
    assert [each[0] for each in segment(new.open_bare(), [row["piece"] for row in rows])] == [row["id"] for row in rows]
    decoder = old.open()
    for row in rows:
        spelled = decoder.decode([decoder.token_to_id("▁"), *row["base_pieces"]])
        assert spelled == row["piece"].replace("▁", " ")
        assert max(row["base_pieces"]) < len(old.pieces)
        assert len(row["base_pieces"]) > 1 or row["piece"].isascii()  # of one byte, as merges need it


def test_encoding_continues_the_base_segmentation(english: Path, make_artifact, make_work) -> None:
    """Base ids first, then the new merges one by one in their order: the definition, carried out slowly."""
    out = run(make_artifact, make_work, base=english)
    old, new = load_tokenizer(english), load_tokenizer(out / "tokenizer")
    chars = [row["piece"] for row in shards.read(out / "pieces.parquet").to_pylist() if row["kind"] == "char"]
    start = old.with_pieces(chars).open()
    for text in TEXTS.values():
        pieces = start.encode(text, add_special_tokens=False).tokens
        for left, right in new.table["model"]["merges"][len(old.table["model"]["merges"]) :]:
            place = 0
            while place < len(pieces) - 1:
                if pieces[place : place + 2] == [left, right]:
                    pieces[place : place + 2] = [left + right]
                place += 1
        assert new.open().encode(text, add_special_tokens=False).tokens == pieces


def test_pieces_stay_within_words_and_scripts(make_artifact, make_work) -> None:
    out = run(make_artifact, make_work)
    for row in shards.read(out / "pieces.parquet").to_pylist():
        assert "▁" not in row["piece"][1:]
        assert len(row["piece"]) <= SECTION.max_piece_chars
        assert row["count"] >= SECTION.minimum_count
        assert sum(char.isdecimal() for char in row["piece"]) < 2


def test_fertility_falls_for_every_language(english: Path, make_artifact, make_work) -> None:
    out = run(make_artifact, make_work, base=english)
    table = shards.read(out / "fertility.parquet")
    assert table.schema.equals(FERTILITY)
    assert table["lang"].to_pylist() == sorted(TEXTS)
    new = load_tokenizer(out / "tokenizer").open()
    for row in table.to_pylist():
        if row["lang"] != "eng_Latn":
            assert row["tokens"] < row["tokens_base"]
        held = [each["text"] for number, each in enumerate(ROWS) if number % 6 == 5 and each["lang"] == row["lang"]]
        held = held or [each["text"] for each in ROWS if each["lang"] == row["lang"]]
        assert row["tokens"] == sum(len(new.encode(text, add_special_tokens=False).ids) for text in held)
        assert row["bytes"] == sum(len(text.encode()) for text in held)


def test_without_a_base_its_tokens_are_unknown(make_artifact, make_work) -> None:
    table = shards.read(run(make_artifact, make_work) / "fertility.parquet")
    assert table["tokens_base"].null_count == table.num_rows == len(TEXTS)


def test_the_same_bytes_however_the_corpus_is_cut(make_artifact, make_work) -> None:
    outs = [
        run(make_artifact, make_work, name=name, cuts=cuts) for name, cuts in (("one", (0,)), ("three", (0, 11, 40)))
    ]
    for file in ("tokenizer/tokenizer.json", "tokenizer/tokenizer_config.json", "pieces.parquet", "fertility.parquet"):
        assert (outs[0] / file).read_bytes() == (outs[1] / file).read_bytes()


def test_no_new_pieces_keeps_the_base(english: Path, make_artifact, make_work) -> None:
    out = run(make_artifact, make_work, VocabConfig(new_pieces=0), base=english)
    assert counts_of(out)["pieces_new"] == counts_of(out)["sample_bytes"] == 0
    table = shards.read(out / "fertility.parquet")
    assert pc.all(pc.equal(table["tokens"], table["tokens_base"])).as_py()
    assert (out / "tokenizer" / "tokenizer.json").read_bytes() == (english / "tokenizer.json").read_bytes()


def test_neither_base_nor_pieces(make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match="name a `base`"):
        run(make_artifact, make_work, VocabConfig(new_pieces=0))


def test_no_training_text(make_artifact, make_work) -> None:
    with pytest.raises(RecipeError, match="curate kept no training document"):
        run(make_artifact, make_work, splits=[None] * len(ROWS))


def test_a_leading_space_survives_a_base_that_swallows_it(english: Path, tmp_path: Path) -> None:
    folder = tmp_path / "metaspace"
    shutil.copytree(english, folder)
    table = json.loads((folder / "tokenizer.json").read_text())
    table["normalizer"] = None
    table["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    (folder / "tokenizer.json").write_text(json.dumps(table))
    loaded = load_tokenizer(folder)
    assert loaded.prepends_space
    assert loaded.open().decode(loaded.open().encode("  All").ids) == "  All"
    assert loaded.table == load_tokenizer(english).table


def test_ids_of_added_tokens_are_not_given_out_again(english: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(english)
    tokenizer.add_special_tokens({"pad_token": "<pad>"})
    tokenizer.save_pretrained(tmp_path / "padded")
    loaded = load_tokenizer(tmp_path / "padded")
    assert loaded.pieces[-1] == "<pad>"
    assert loaded.closed[-1]
    grown = loaded.with_pieces(["ⴰ"])
    assert grown.open().token_to_id("ⴰ") == len(loaded.pieces)
    assert grown.open().token_to_id("<pad>") == len(loaded.pieces) - 1


@pytest.mark.parametrize(("pad_to", "rows"), [(128, 768), (1, 659), (659, 659)])
def test_facts_tell_the_size_and_the_rows(pad_to: int, rows: int, make_artifact, make_work) -> None:
    section = SECTION.model_copy(update={"pad_to": pad_to})
    out = run(make_artifact, make_work, section)
    facts = json.loads((out / "vocab.json").read_text())
    size, begin = 259 + counts_of(out)["pieces_new"], {"id": 1, "token": "<s>"}
    assert facts == {
        "pieces_base": 259,
        "size": size,
        "rows": -(-size // pad_to) * pad_to,
        "kind": "BPE with byte fallback",
        "method": "continue",
        "canonical": "tokenizer.model",
        "without_rows": 0,
        "special": {"bos": begin, "eos": {"id": 2, "token": "</s>"}, "first": begin},
        "switched_off": {},
        "changed": {},
        "altered": {},
    }
    assert (size, facts["rows"]) == (659, rows)
    assert len(AutoTokenizer.from_pretrained(out / "tokenizer")) == size
