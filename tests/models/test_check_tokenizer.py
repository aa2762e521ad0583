"""What a tokenizer must bring, against what transformers and the tokenizers themselves say."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sentencepiece
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from emma.errors import RecipeError
from emma.models.check_tokenizer import find_tokenizer_problems
from emma.models.round_trip import ROUND_TRIP_TEXTS, round_trips
from emma.models.special_ids import SpecialIds, special_ids
from emma.models.tokenizer_file import open_tokenizer, read_tokenizer_table, switch_off
from tests.vocab.bases import BASES, ENGLISH, token, with_tokens, write
from tests.vocab.corpora import byte_level_base, sentencepiece_base

FEW = {"a": 0, "</s>": 1}
UNIGRAM = [("<unk>", 0.0), ("</s>", 0.0), ("▁", -1.0), *((char, -2.0) for char in "abcdefghijklmnopqrstuvwxyz")]


END = {"eos_token": "</s>"}


def saved(folder: Path, tokenizer: Tokenizer, said: dict = END, **files) -> Path:
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    return write(folder, tokenizer_config={"tokenizer_class": "PreTrainedTokenizerFast", **said}, **files)


def bytes_only(**steps) -> Tokenizer:
    """Two special tokens and the bytes."""
    ids = {name: number for number, name in enumerate(["<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))])}
    tokenizer = Tokenizer(models.BPE(ids, [], byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(["<s>", "</s>"])
    for name, step in steps.items():
        setattr(tokenizer, name, step)
    return tokenizer


def unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(UNIGRAM, 0, False))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    return tokenizer


@pytest.mark.parametrize(
    ("config", "sides", "ids"),
    [
        ({"bos_token": "<s>", "eos_token": "</s>"}, {}, (0, 1)),
        ({"bos_token": None, "eos_token": {"__type": "AddedToken", **token("</s>")}}, {}, (None, 1)),
        ({"eos_token": "</s>"}, {"config": {"bos_token_id": 0, "eos_token_id": 0}}, (0, 1)),
        ({}, {"config": {"bos_token_id": 0, "eos_token_id": [1, 0]}}, (0, 1)),
        ({}, {"config": {"text_config": {"eos_token_id": 1}}}, (None, 1)),
        ({}, {"generation_config": {"bos_token_id": 0, "eos_token_id": [1, 7]}}, (0, 1)),
        ({}, {"config": {"eos_token_id": 999}, "generation_config": {"eos_token_id": 1}}, (None, 1)),
        ({"eos_token": "<|new|>"}, {"config": {"eos_token_id": -1}}, (None, 258)),  # transformers adds it
        ({}, {"special_tokens_map": {"eos_token": token("</s>"), "bos_token": "<s>"}}, (0, 1)),
        ({"eos_token": "<s>"}, {"special_tokens_map": {"eos_token": token("</s>")}}, (None, 1)),
        ({"eos_token": "<s>", "added_tokens_decoder": {}}, {"special_tokens_map": {"eos_token": "</s>"}}, (None, 0)),
        ({"tokenizer_class": "LlamaTokenizer"}, {}, (0, 1)),
        ({"tokenizer_class": "LlamaTokenizerFast", "bos_token": None}, {}, (None, 1)),
        ({}, {}, (None, None)),
    ],
)
def test_the_ends_of_a_text(config: dict, sides: dict, ids: tuple, tmp_path: Path) -> None:
    found = special_ids(saved(tmp_path, bytes_only(), config, **sides))
    assert found == SpecialIds(*ids)
    assert found.prefix == (ids[0] if ids[0] is not None else ids[1])
    if not {"config", "generation_config"} & set(sides):
        oracle = AutoTokenizer.from_pretrained(tmp_path)
        assert (oracle.bos_token_id, oracle.eos_token_id) == ids


@pytest.mark.parametrize("kind", BASES)
def test_the_ends_that_transformers_knows(kind: str, tmp_path: Path) -> None:
    base = BASES[kind](tmp_path / "base")
    config = json.loads((base / "tokenizer_config.json").read_text())
    config.pop("auto_map", None)
    oracle = AutoTokenizer.from_pretrained(write(base, tokenizer_config=config))
    assert vars(special_ids(base)) == {"bos": oracle.bos_token_id, "eos": oracle.eos_token_id}


def test_a_lone_sentencepiece_model_says_its_ends(tmp_path: Path) -> None:
    assert special_ids(sentencepiece_base(tmp_path / "base", ENGLISH)) == SpecialIds(1, 2)


@pytest.mark.parametrize("kind", BASES)
def test_nothing_is_wrong_with_known_kinds(kind: str, tmp_path: Path) -> None:
    base = BASES[kind](tmp_path / "base")
    found = find_tokenizer_problems(base, new_pieces=100)
    assert found.problems == []
    altered = {text for text, back in round_trips(base).items() if text != back}
    oracle = PreTrainedTokenizerFast.from_pretrained(base)
    for text in ROUND_TRIP_TEXTS:
        ids = oracle(text, add_special_tokens=False, split_special_tokens=True).input_ids
        assert (oracle.decode(ids, clean_up_tokenization_spaces=False) != text) == (text in altered)
    code = ["names code of its own"] if kind == "command_r" else []
    said = [*code, *([f"alters {len(altered)} of 12 such texts"] if altered else [])]
    assert [each in note for each, note in zip(said, found.notes, strict=True)] == [True] * len(said)
    assert bool(altered) == (kind in ("elmod", "lowercase", "words", "prefixed"))


def test_twelve_scripts() -> None:
    assert len(ROUND_TRIP_TEXTS) == len(set(ROUND_TRIP_TEXTS)) == 12


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda at: saved(at, bytes_only(), {}), "Nothing in .* says which token ends a text"),
        (lambda at: saved(at, unigram()), "has nothing for '[A-Z]'.* in 'The river"),
        (lambda at: saved(at, Tokenizer(models.BPE(FEW, []))), "has nothing for 'The .*' in 'The river"),
        (lambda at: saved(at, bytes_only(), config={"eos_token_id": 900}), "eos_token_id 900, outside the vocabulary"),
        (lambda at: saved(at, bytes_only(), generation_config={"pad_token_id": 300}), "pad_token_id 300, outside"),
        (lambda at: sentencepiece_base(at / "base", ENGLISH, "unigram", 60), "of the kind unigram, and nothing beside"),
        (lambda at: write(at, tokenizer_config={"tokenizer_class": "ByT5Tokenizer"}), "exists in Python only"),
        (lambda at: write(at, tokenizer_config={"auto_map": {"AutoTokenizer": ["a.B", None]}}), "code of its own"),
        (lambda at: (at / "tokenizer_config.json").write_text("{") and at, "tokenizer_config.json is not valid JSON"),
        (lambda at: (at / "tokenizer_config.json").write_text("[1]") and at, "config.json holds no JSON object"),
        (lambda at: at, "No tokenizer can be read from"),
    ],
)  # fmt: skip
def test_what_stops_a_run(make, problem: str, tmp_path: Path) -> None:
    found = find_tokenizer_problems(make(tmp_path))
    assert len(found.problems) == 1
    assert re.search(problem, found.problems[0])


@pytest.mark.parametrize(
    ("steps", "text", "back"),
    [
        ({"normalizer": normalizers.Lowercase()}, 0, "the river was high that spring, and nobody crossed it."),
        ({"normalizer": normalizers.NFKC()}, 3, "แม\u0e48น\u0e49\u0e4d\u0e32"),
        ({"pre_tokenizer": pre_tokenizers.WhitespaceSplit()}, 0, "Theriver"),
    ],
)
def test_a_base_that_alters_text_is_not_refused(steps: dict, text: int, back: str, tmp_path: Path) -> None:
    base = saved(tmp_path, bytes_only(**steps))
    found = find_tokenizer_problems(base)
    assert found.problems == []
    assert "listed by evaluate" in found.notes[0]
    assert round_trips(base)[ROUND_TRIP_TEXTS[text]].startswith(back)


def test_a_prefix_space_is_noted(tmp_path: Path) -> None:
    base = BASES["gpt2"](tmp_path / "base")
    config = {"tokenizer_class": "GPT2Tokenizer", "eos_token": "<|endoftext|>", "add_prefix_space": True}
    write(base, tokenizer_config=config)
    assert find_tokenizer_problems(base, 100).problems == []
    assert "alters 12 of 12" in find_tokenizer_problems(base).notes[0]
    oracle = AutoTokenizer.from_pretrained(base)
    for text in ROUND_TRIP_TEXTS:
        assert open_tokenizer(base).encode(text).ids == oracle(text).input_ids
        assert round_trips(base)[text] == f" {text}"


def test_what_cannot_be_expanded_is_a_problem_only_when_it_is_to_be(tmp_path: Path) -> None:
    ids = {each: number for number, each in enumerate(["<unk>", "</s>", *(chr(0x20 + at) for at in range(95))])}
    base = saved(tmp_path, Tokenizer(models.BPE(ids, [], end_of_word_suffix="</w>", unk_token="<unk>")))
    kind = "BPE that marks where words begin or end"
    assert not any(kind in each for each in find_tokenizer_problems(base).problems)
    assert any(kind in each and "vocab.new_pieces = 0" in each for each in find_tokenizer_problems(base, 1).problems)


def test_a_negative_id_is_none(tmp_path: Path) -> None:
    """As in the first conversions of LLaMA."""
    found = find_tokenizer_problems(saved(tmp_path, bytes_only(), config={"pad_token_id": -1, "eos_token_id": 1}))
    assert (found.problems, len(found.notes)) == ([], 1)
    assert "pad_token_id -1: it is taken for none" in found.notes[0]


@pytest.mark.parametrize("place", ["config", "generation_config"])
@pytest.mark.parametrize("said", ["2", [[2]], 2.0, True, {"id": 2}, [1, None]])
def test_what_is_no_id_is_named(said: object, place: str, tmp_path: Path) -> None:
    base = saved(tmp_path, bytes_only(), {}, **{place: {"eos_token_id": said}})
    with pytest.raises(RecipeError) as raised:
        special_ids(base)
    for part in (str(base / f"{place}.json"), f"eos_token_id = {said!r}", "must be a whole number"):
        assert part in str(raised.value)
    assert find_tokenizer_problems(base).problems == [str(raised.value)]


def test_a_part_that_is_no_object_says_nothing(tmp_path: Path) -> None:
    base = saved(tmp_path, bytes_only(), config={"text_config": "text_config.json"})
    assert special_ids(base) == SpecialIds(None, 1)


def test_a_token_without_a_row_may_be_named_by_its_id(tmp_path: Path) -> None:
    """As a [PAD] that was added to the tokenizer alone: adapt makes its row."""
    config = {"eos_token": "</s>", "pad_token": "[PAD]"}
    base = saved(tmp_path, bytes_only(), config, config={"vocab_size": 258, "eos_token_id": 1, "pad_token_id": 258})
    found = find_tokenizer_problems(base)
    assert found.problems == []
    (note,) = found.notes
    assert note.startswith("1 tokens of") and "which has 258: adapt gives them rows" in note
    write(base, config={"vocab_size": 258, "eos_token_id": 1, "pad_token_id": 259})
    (problem,) = find_tokenizer_problems(base).problems
    assert "pad_token_id 259, outside the vocabulary of 259" in problem
    write(base, config={"vocab_size": 300, "eos_token_id": 1, "pad_token_id": 259})  # a row that no token has
    assert find_tokenizer_problems(base).problems == []


def test_tokens_without_rows_are_counted(tmp_path: Path) -> None:
    base = saved(tmp_path, bytes_only(), config={"vocab_size": 250, "eos_token_id": 0})
    first, second = find_tokenizer_problems(base).notes
    assert "eos_token_id 0, but the tokenizer says 1 (</s>)" in first
    assert second.startswith("8 tokens of")


@pytest.mark.parametrize("way", ["decoder", "named", "map", "added", "extra"])
def test_tokens_that_only_the_configuration_names(way: str, tmp_path: Path) -> None:
    """They get the ids that transformers gives them, so that new pieces do not."""
    config: dict = {"eos_token": "</s>"}
    files: dict = {}
    if way == "decoder":
        decoder = with_tokens(saved(tmp_path, bytes_only(), config), [])
        more = {"900": token("<b>"), "899": token("<a>", special=False, normalized=True)}
        config |= {"added_tokens_decoder": decoder | more, "pad_token": "<pad>"}
    elif way == "named":
        config |= {"pad_token": "<pad>", "mask_token": "<mask>", "image_token": "<image>"}
    elif way == "map":
        files["special_tokens_map"] = {"pad_token": token("<pad>", rstrip=True)}
    elif way == "added":
        files["added_tokens"] = {"<b>": 261, "<a>": 260}
    else:
        config |= {"extra_special_tokens": ["<b>", "<a>"], "pad_token": "<pad>"}
    base = saved(tmp_path, bytes_only(), config, **files)
    oracle = AutoTokenizer.from_pretrained(base)
    assert len(oracle) > 258
    assert open_tokenizer(base).get_vocab() == oracle.get_vocab()


def test_what_leaks_is_switched_off(tmp_path: Path) -> None:
    base = BASES["llama3"](tmp_path / "base")
    table = json.loads((base / "tokenizer.json").read_text())
    plain = open_tokenizer(base)
    tokenizer = Tokenizer.from_str(json.dumps({**table, "model": {**table["model"], "dropout": 0.5}}))
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=50)
    tokenizer.save(str(base / "tokenizer.json"))
    _, found = switch_off(read_tokenizer_table(base))
    assert list(found) == ["truncation", "padding", "dropout"]
    for text in ROUND_TRIP_TEXTS * 3:
        assert open_tokenizer(base).encode(text).ids == plain.encode(text).ids


def test_a_lone_sentencepiece_model_is_read_as_sentencepiece_reads_it(tmp_path: Path) -> None:
    """What transformers makes of it orders the merges by id, and leaves out the space before a text."""
    base = sentencepiece_base(tmp_path / "base", ENGLISH)
    oracle = sentencepiece.SentencePieceProcessor(model_file=str(base / "tokenizer.model"))
    for text in (*ROUND_TRIP_TEXTS, " a", "a  b\n"):
        ids = open_tokenizer(base).encode(text, add_special_tokens=False).ids
        assert ids == oracle.encode(text)
        assert open_tokenizer(base).decode(ids) == text
    assert find_tokenizer_problems(base, 10).problems == []


def test_torch_is_not_needed(tmp_path: Path) -> None:
    base = BASES["llama3"](tmp_path / "base")
    code = (
        "import sys; from pathlib import Path; "
        "from emma.models.check_tokenizer import find_tokenizer_problems as find; "
        f"found = find(Path({str(base)!r}), 10); assert not found.problems, found; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "said",
    [
        {"eos_token": 5},
        {"eos_token": ["</s>"]},
        {"pad_token": True},
        {"eos_token": {"content": 7}},
        {"eos_token": {"text": "</s>"}},
        {"mask_token": {"content": "<m>", "lstrip": "perhaps"}},
        {"additional_special_tokens": [3]},
        {"extra_special_tokens": {"image_token": ["x"]}},
        {"added_tokens_decoder": {"first": {"content": "<a>"}}},
        {"added_tokens_decoder": {"7": 5}},
        {"added_tokens_decoder": [{"content": "<a>"}]},
    ],
)
def test_a_special_token_that_is_neither_text_nor_table(tmp_path: Path, said: dict) -> None:
    folder = saved(tmp_path / "base", bytes_only(), {"eos_token": "</s>", **said})
    for read in (special_ids, read_tokenizer_table):
        with pytest.raises(RecipeError, match=r"special token"):
            read(folder)
    assert "special token" in " ".join(find_tokenizer_problems(folder).problems)


@pytest.mark.parametrize(("without", "new_pieces", "noted"), [("ñĄ", 5, 1), ("ñĄ", 0, 1), ("À", 5, 0), ("", 5, 0)])
def test_bytes_that_a_base_leaves_out_are_noted(tmp_path: Path, without: str, new_pieces: int, noted: int) -> None:
    """0xC0 is in no text (RFC 3629), so nothing is lost without it."""
    folder = byte_level_base(tmp_path / "base", "gpt2", ENGLISH, without=without)
    findings = find_tokenizer_problems(folder, new_pieces)
    said = [note for note in findings.notes if "no piece for 2 of the bytes" in note]
    assert len(said) == noted
    assert all("0x04, 0xF1" in note and "the first" in note for note in said)
    assert findings.problems == []
