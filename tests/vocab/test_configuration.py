"""What the base says of its tokenizer is kept, but for what `kept.CHANGES` names, with a reason each."""

import json
import re
import shutil
from pathlib import Path

import pytest
import sentencepiece
from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from emma.errors import RecipeError
from emma.models.round_trip import ROUND_TRIP_TEXTS
from emma.models.special_ids import special_ids
from emma.models.tokenizer_file import open_tokenizer
from emma.store import shards
from emma.vocab.config import VocabConfig
from emma.vocab.configuration import CHANGES
from emma.vocab.folder import load_expandable, load_tokenizer
from tests.conftest import TEXTS
from tests.vocab.bases import BASES, ENGLISH, metaspace, write
from tests.vocab.corpora import ROWS, sentencepiece_base
from tests.vocab.test_run import run
from tests.vocab.transformers4 import in_transformers_4, needs_transformers_4

MORE = VocabConfig(new_pieces=200, minimum_count=2, sample_bytes=100_000, character_share=0.6)
OTHERS = [row for row in ROWS if row["lang"] not in ("eng_Latn", "yor_Latn")]
CLASS, SPACES = "tokenizer_config.json: tokenizer_class", "tokenizer_config.json: clean_up_tokenization_spaces"
GROWN = {"tokenizer.json: model.vocab", "tokenizer.json: model.merges"}
CONFIG_CHANGES = {
    "llama2": {CLASS},  # transformers 5 builds it with Metaspace, which swallows a leading space
    "llama3": {SPACES},
    "mistral": set(),
    "qwen2": set(),
    "gemma": set(),
    "gpt2": {CLASS, SPACES, *(f"tokenizer_config.json: {name}_token" for name in ("bos", "eos", "unk"))},
    "olmo2": {CLASS},  # as which transformers 5 reads it only beside config.json, else with GPT-2's pattern
    "smollm2": {CLASS},  # which transformers 5 builds with GPT-2's pattern, without a step for digits
    "phi3": {CLASS},  # as Llama 2
    "command_r": {SPACES, "tokenizer_config.json: auto_map", "tokenizer_config.json: tokenizer_file"},
    "elmod": {SPACES},
    "lowercase": {
        CLASS, SPACES, "tokenizer_config.json: backend", "tokenizer_config.json: is_local",
        "tokenizer_config.json: extra_special_tokens", "tokenizer_config.json: additional_special_tokens",
    },
    "words": {SPACES},
    "prefixed": {SPACES, "tokenizer_config.json: add_prefix_space"},
}  # fmt: skip


REBUILT = ("llama2", "phi3", "smollm2")
"""Kinds whose class builds other steps in transformers 5 than `tokenizer.json` says, and transformers 4 reads."""


def as_trained(kind: str, base: Path):
    """The base's tokenizer in transformers."""
    return (PreTrainedTokenizerFast if kind in REBUILT else AutoTokenizer).from_pretrained(base)


def walk(base: Path, folder: Path) -> set[str]:
    """The fields in which two folders differ, found without the code that is tested."""
    found = set()
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        before, after = (json.loads((at / name).read_text()) if (at / name).exists() else {} for at in (base, folder))
        nothing = object()
        found |= {f"{name}: {key}" for key in before | after if before.get(key, nothing) != after.get(key, nothing)}
    before, after = (json.loads(Tokenizer.from_file(str(at / "tokenizer.json")).to_str()) for at in (base, folder))
    found |= {f"tokenizer.json: model.{key}" for key in before["model"] if before["model"][key] != after["model"][key]}
    return found | {f"tokenizer.json: {key}" for key in before if key != "model" and before[key] != after[key]}


@pytest.mark.parametrize("pieces", [0, 200])
@pytest.mark.parametrize("kind", BASES)
def test_what_changes_has_a_reason(kind: str, pieces: int, tmp_path: Path, make_artifact, make_work) -> None:
    base = BASES[kind](tmp_path / "base")
    out = run(make_artifact, make_work, MORE.model_copy(update={"new_pieces": pieces}), base=base)
    found = walk(base, out / "tokenizer")
    assert found == CONFIG_CHANGES[kind] | (GROWN if pieces else set())
    said = json.loads((out / "vocab.json").read_text())["changed"]
    assert set(said) == found
    assert said == {each: CHANGES[each] for each in said}


@pytest.mark.parametrize("kind", BASES)
def test_without_new_pieces_every_text_has_the_ids_that_it_has_under_the_base(
    kind: str, tmp_path: Path, make_artifact, make_work
) -> None:
    base = BASES[kind](tmp_path / "base")
    out = run(make_artifact, make_work, VocabConfig(new_pieces=0), base=base) / "tokenizer"
    before, after = as_trained(kind, base), AutoTokenizer.from_pretrained(out)
    for text in [*ROUND_TRIP_TEXTS, *TEXTS.values(), *ENGLISH, "x</s> y<|endoftext|><|user|> z", "ﬁ ①"]:
        assert after(text).input_ids == before(text).input_ids
        assert open_tokenizer(out).encode(text, add_special_tokens=False).ids == plain(before, text)
    assert (out / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    assert after.special_tokens_map == before.special_tokens_map
    for name in ("padding_side", "truncation_side", "model_max_length", "chat_template", "extra_special_tokens"):
        assert getattr(after, name) == getattr(before, name)


def plain(tokenizer, text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids


@pytest.mark.parametrize("kind", BASES)
def test_text_without_new_pieces_is_read_as_before(kind: str, tmp_path: Path, make_artifact, make_work) -> None:
    base = BASES[kind](tmp_path / "base")
    out = run(make_artifact, make_work, MORE, base=base, rows=OTHERS) / "tokenizer"
    before, after = as_trained(kind, base), AutoTokenizer.from_pretrained(out)
    assert len(after) > len(before) + 100
    english = [each.replace(".", "") for each in ENGLISH]  # other languages teach "▁." to a base that cuts it off
    for text in [*english, "Nobody said so in 345 people\tdid\n\n  Ok ﬁ", "ALL rights"]:
        assert plain(after, text) == plain(before, text)
    for lang in ("zho_Hans", "nqo_Nkoo", "tha_Thai"):
        assert len(plain(after, TEXTS[lang])) < len(plain(before, TEXTS[lang]))
        assert after.decode(plain(after, TEXTS[lang])) == before.decode(plain(before, TEXTS[lang]))
    tokens = json.loads((base / "tokenizer.json").read_text())["added_tokens"]
    assert json.loads((out / "tokenizer.json").read_text())["added_tokens"] == tokens


@pytest.mark.parametrize("kind", BASES)
def test_transformers_4_can_read_the_form(kind: str, tmp_path: Path, make_artifact, make_work) -> None:
    """4.57 raises for a list of extra_special_tokens, and for a class that it does not have."""
    out = run(make_artifact, make_work, MORE, base=BASES[kind](tmp_path / "base")) / "tokenizer"
    config = json.loads((out / "tokenizer_config.json").read_text())
    assert isinstance(config.get("extra_special_tokens", {}), dict)
    assert config["tokenizer_class"] in (
        "PreTrainedTokenizerFast", "LlamaTokenizer", "GemmaTokenizer", "Qwen2Tokenizer", "GPT2Tokenizer",
    )  # fmt: skip
    assert "auto_map" not in config


@pytest.mark.slow
@needs_transformers_4
def test_transformers_4_reads_the_same(tmp_path: Path, make_artifact, make_work) -> None:
    """All kinds, grown and not, in one process of it."""
    folders = []
    for kind in BASES:
        base = BASES[kind](tmp_path / f"{kind}-base")
        for pieces in (0, 200):
            section = MORE.model_copy(update={"new_pieces": pieces})
            out = run(make_artifact, make_work, section, base=base, name=f"{kind}{pieces}") / "tokenizer"
            folders.append(shutil.copytree(out, tmp_path / f"{kind}-{pieces}"))
    texts = [*ROUND_TRIP_TEXTS, *TEXTS.values(), *ENGLISH, "ab c", "x</s> y<|endoftext|><|user|> z", "ﬁ ①"]
    for folder, found in zip(folders, in_transformers_4(texts, folders), strict=True):
        tokenizer = AutoTokenizer.from_pretrained(folder)
        plain = [tokenizer(each, add_special_tokens=False).input_ids for each in texts]
        assert found == [plain, [tokenizer(each).input_ids for each in texts]], folder


def test_chat_templates_are_carried_over(tmp_path: Path, make_artifact, make_work) -> None:
    base = BASES["command_r"](tmp_path / "base")
    out = run(make_artifact, make_work, MORE, base=base) / "tokenizer"
    before, after = (AutoTokenizer.from_pretrained(each, trust_remote_code=False) for each in (out, out))
    assert after.chat_template == before.chat_template
    assert set(after.chat_template) == {"default", "tool_use"}
    for name in ("chat_template.jinja", "additional_chat_templates/tool_use.jinja"):
        assert (out / name).read_bytes() == (base / name).read_bytes()


@pytest.mark.parametrize("listed", [[], ["<x>", "<y>"]])
def test_what_transformers_5_saved(listed: list, tmp_path: Path, make_artifact, make_work) -> None:
    """Named and listed extra tokens, templates in a folder, and what a call has left in `tokenizer.json`."""
    base = BASES["llama3"](tmp_path / "base")
    saved = PreTrainedTokenizerFast.from_pretrained(base, extra_special_tokens={"image_token": "<image>"})
    saved.add_special_tokens({"extra_special_tokens": listed, "pad_token": "<pad>"})
    saved.chat_template = {"default": "a", "rag": "b"}
    saved("a b c d e f g", truncation=True, max_length=3, padding="max_length")
    saved.save_pretrained(base)
    out = run(make_artifact, make_work, MORE, base=base)
    facts = json.loads((out / "vocab.json").read_text())
    assert set(facts["switched_off"]) == {"truncation", "padding"}
    assert set(facts["changed"]) <= set(CHANGES)
    before, after = AutoTokenizer.from_pretrained(base), AutoTokenizer.from_pretrained(out / "tokenizer")
    for name in ("image_token", "pad_token", "padding_side", "extra_special_tokens", "chat_template"):
        assert getattr(after, name) == getattr(before, name)
    assert set(after.all_special_tokens) == set(before.all_special_tokens) >= {"<image>", "<pad>", *listed}
    config = json.loads((out / "tokenizer" / "tokenizer_config.json").read_text())
    assert config.get("additional_special_tokens", []) == listed
    assert isinstance(config.get("extra_special_tokens", {}), dict)


@pytest.mark.parametrize("pieces", [0, 200])
def test_other_forms_stay_only_where_they_say_the_same(pieces: int, tmp_path: Path, make_artifact, make_work) -> None:
    base = BASES["gpt2"](tmp_path / "base")
    write(base, vocab={"a": 0})
    (base / "merges.txt").write_text("#version: 0.2\n")
    out = run(make_artifact, make_work, MORE.model_copy(update={"new_pieces": pieces}), base=base) / "tokenizer"
    assert {each for each in ("vocab.json", "merges.txt") if (out / each).exists()} == (
        set() if pieces else {"vocab.json", "merges.txt"}
    )


def test_the_end_that_only_config_json_names(tmp_path: Path, make_artifact, make_work) -> None:
    base = BASES["elmod"](tmp_path / "base")
    write(base, tokenizer_config={"tokenizer_class": "PreTrainedTokenizerFast"})
    write(base, config={"bos_token_id": 1, "eos_token_id": [2, 1]})
    out = run(make_artifact, make_work, MORE, base=base)
    tokenizer = AutoTokenizer.from_pretrained(out / "tokenizer")
    assert (tokenizer.eos_token, tokenizer.eos_token_id) == ("</s>", 2)
    facts = json.loads((out / "vocab.json").read_text())
    begin = {"id": 1, "token": "<s>"}
    assert facts["special"] == {"bos": begin, "eos": {"id": 2, "token": "</s>"}, "first": begin}
    assert "agree on the end" in facts["changed"]["tokenizer_config.json: eos_token"]
    assert vars(special_ids(base)) == {"bos": 1, "eos": 2}
    assert "tokenizer_config.json: bos_token" not in facts["changed"]


BEGIN = "<|begin_of_text|>"
LEAKS = {
    "truncation": {"direction": "Right", "max_length": 7, "strategy": "LongestFirst", "stride": 0},
    "padding": {
        "strategy": {"Fixed": 64}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0,
        "pad_token": BEGIN,
    },
    "dropout": 0.4,
}  # fmt: skip


def leaky(base: Path, *names: str) -> Path:
    """The base with some of LEAKS in its `tokenizer.json`."""
    table = json.loads((base / "tokenizer.json").read_text())
    table |= {name: LEAKS[name] for name in names if name != "dropout"}
    if "dropout" in names:
        table["model"]["dropout"] = LEAKS["dropout"]
    return write(base, tokenizer=table)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["llama2", "llama3"])
@pytest.mark.parametrize("pieces", [0, 200])
def test_what_a_tokenizer_would_do_on_its_own_changes_nothing(
    kind: str, pieces: int, tmp_path: Path, make_artifact, make_work
) -> None:
    section = MORE.model_copy(update={"new_pieces": pieces, "freeze_base": bool(pieces)})
    outs = {}
    for name in ("none", *LEAKS, "all"):
        base = leaky(BASES[kind](tmp_path / name), *(LEAKS if name == "all" else {name} & set(LEAKS)))
        outs[name] = run(make_artifact, make_work, section, base=base, name=name)
        said = json.loads((outs[name] / "vocab.json").read_text())["switched_off"]
        wanted = {each: LEAKS[each] for each in LEAKS if name in (each, "all")}
        assert {each: said[each] for each in said if each != "padding"} == {
            each: wanted[each] for each in wanted if each != "padding"
        }
        assert set(said) == set(wanted)
    for out in outs.values():
        for file in ("pieces.parquet", "fertility.parquet"):
            assert (out / file).read_bytes() == (outs["none"] / file).read_bytes()
        same = [json.loads((each / "tokenizer" / "tokenizer.json").read_text()) for each in (out, outs["none"])]
        assert Tokenizer.from_str(json.dumps(same[0])).to_str() == Tokenizer.from_str(json.dumps(same[1])).to_str()
    after = AutoTokenizer.from_pretrained(outs["padding"] / "tokenizer")
    # Llama 2's configuration says that there is no token to pad with, and at which side.
    assert (after.pad_token, after.padding_side) == {"llama2": (None, "right"), "llama3": (BEGIN, "left")}[kind]


def test_it_is_said_once(tmp_path: Path, make_artifact, make_work, monkeypatch) -> None:
    from emma.work.progress import Reporter

    lines: list[str] = []
    monkeypatch.setattr(Reporter, "say", lambda _, line: lines.append(line))
    run(make_artifact, make_work, VocabConfig(new_pieces=0), base=leaky(BASES["llama3"](tmp_path / "base"), *LEAKS))
    (line,) = [each for each in lines if "tokenizer" in each]
    assert all(name in line for name in LEAKS) and "switched off" in line


@pytest.mark.parametrize("pieces", [0, 200])
def test_a_base_in_both_forms(pieces: int, tmp_path: Path, make_artifact, make_work) -> None:
    """SentencePiece's form decides what new pieces are added to; without any, both files stay as they are."""
    base = sentencepiece_base(tmp_path / "base", ENGLISH)
    model = (base / "tokenizer.model").read_bytes()
    table = load_tokenizer(base).table
    steps = {"normalizer": None, "pre_tokenizer": metaspace("first")}
    config = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    write(base, tokenizer={**table, **steps}, tokenizer_config=config)
    out = run(make_artifact, make_work, MORE.model_copy(update={"new_pieces": pieces}), base=base)
    facts, after = json.loads((out / "vocab.json").read_text()), AutoTokenizer.from_pretrained(out / "tokenizer")
    oracle = sentencepiece.SentencePieceProcessor(model_file=str(out / "tokenizer" / "tokenizer.model"))
    assert facts["canonical"] == ("tokenizer.model" if pieces else "tokenizer.json")
    for text in (*ROUND_TRIP_TEXTS, *ENGLISH):
        assert plain(after, text) == oracle.encode(text)
    assert after.decode(plain(after, " a")) == (" a" if pieces else "a")
    if not pieces:
        assert (out / "tokenizer" / "tokenizer.model").read_bytes() == model
        assert (out / "tokenizer" / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()


def test_tokens_without_rows_keep_their_ids(tmp_path: Path, make_artifact, make_work) -> None:
    """As CodeLlama's infill tokens, or a [PAD] for which no row was made."""
    base = BASES["llama3"](tmp_path / "base")
    before = AutoTokenizer.from_pretrained(base)
    write(base, config={"vocab_size": len(before) - 2, "model_type": "llama"})
    out = run(make_artifact, make_work, MORE, base=base)
    facts = json.loads((out / "vocab.json").read_text())
    assert (facts["without_rows"], facts["pieces_base"]) == (2, len(before))
    after = AutoTokenizer.from_pretrained(out / "tokenizer").get_vocab()
    assert {each: after[each] for each in before.get_vocab()} == before.get_vocab()
    assert facts["rows"] >= facts["size"] == len(after) == 1 + max(after.values())


def test_a_base_with_more_rows_than_ids_gets_pieces_there(tmp_path: Path, make_artifact, make_work) -> None:
    base = BASES["llama3"](tmp_path / "base")
    size = len(AutoTokenizer.from_pretrained(base))
    write(base, config={"vocab_size": size + 100, "model_type": "llama"})
    out = run(make_artifact, make_work, MORE, base=base)
    assert json.loads((out / "vocab.json").read_text())["without_rows"] == 0
    assert min(shards.read(out / "pieces.parquet")["id"].to_pylist()) == size


@pytest.mark.parametrize("kind", ["clip", "spaces", "bytes in a normaliser"])
def test_what_would_be_grown_wrongly_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    base = BASES["gpt2" if kind == "clip" else "elmod"](tmp_path / "base")
    table = json.loads((base / "tokenizer.json").read_text())
    if kind == "clip":
        table["model"]["end_of_word_suffix"] = "</w>"
        name = "BPE that marks where words begin or end"
    elif kind == "spaces":
        table["pre_tokenizer"] = {"type": "WhitespaceSplit"}
        name = "does not write spaces as ▁"
    else:
        table |= {"normalizer": {"type": "ByteLevel"}, "pre_tokenizer": None}
        name = "does not write spaces as ▁"
    write(base, tokenizer=table)
    with pytest.raises(RecipeError, match=f"{name}.*vocab.new_pieces = 0"):
        load_expandable(base)
    assert load_tokenizer(base).open().encode("a b").ids == Tokenizer.from_str(json.dumps(table)).encode("a b").ids


def test_the_docs_name_every_field_that_may_change() -> None:
    page = Path(__file__).parents[2] / "docs" / "vocabulary.md"
    named = set(re.findall(r"`([\w.]+)`", page.read_text(encoding="utf-8")))
    assert {field.split(": ")[1] for field in CHANGES} <= named
