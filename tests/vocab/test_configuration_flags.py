"""The tokens around a text: where the flags of a base's class and its `tokenizer.json` differ, and nowhere else, the
file is written anew, and transformers 4 and 5 put there the same."""

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from emma.vocab.configuration import CHANGES, list_changes
from emma.vocab.folder import load_tokenizer, write_tokenizer
from tests.vocab.bases import ENGLISH, PREPEND, REPLACE, around, characters, sequence, token, with_tokens, write
from tests.vocab.corpora import byte_level_base
from tests.vocab.test_configuration import MORE
from tests.vocab.test_run import run
from tests.vocab.transformers4 import in_transformers_4, needs_transformers_4

BEGIN, END = "<|b|>", "<|e|>"
ON, BOTH, OFF = {"add_bos_token": True}, {"add_bos_token": True, "add_eos_token": True}, {"add_bos_token": False}
STEP = "tokenizer.json: post_processor"
CASES = {
    # class, flags, what the file puts around a text; what is put there, and which versions read the base so
    ("GPTNeoXTokenizer", "on", ""): ("b", "4"),  # 5 leaves out both
    ("GPTNeoXTokenizer", "on", "b"): ("b", "4"),
    ("GPTNeoXTokenizer", "both", ""): ("be", "4"),
    ("GPTNeoXTokenizer", "off", "b"): ("", "45"),
    ("GPTNeoXTokenizer", "none", "b"): ("", "45"),
    ("CohereTokenizer", "off", "b"): ("", "4"),
    ("CohereTokenizer", "on", "be"): ("b", "4"),
    ("CohereTokenizer", "none", "be"): ("be", "5"),  # nothing is stated, so the file decides
    ("CohereTokenizer", "none", "b"): ("b", "45"),
    ("LlamaTokenizer", "on", ""): ("b", "4"),
    ("LlamaTokenizer", "both", "b"): ("be", "4"),
    ("LlamaTokenizer", "none", ""): ("", "5"),
    ("LlamaTokenizer", "on", "b"): ("b", "45"),
    ("GPT2Tokenizer", "both", ""): ("", "45"),  # a class that asks the file in both
    ("CodeGenTokenizer", "on", "b"): ("b", "5"),  # 4 raises
    ("PreTrainedTokenizerFast", "both", "b"): ("b", "45"),
}
FLAGS = {"on": ON, "both": BOTH, "off": OFF, "none": {}}


def flagged(folder: Path, name: str, flags: str, ends: str) -> Path:
    """A base of a class with these flags, and a file that puts these tokens around a text."""
    if name == "LlamaTokenizer":
        characters(folder, sequence("normalizers", [PREPEND, REPLACE]), None)
    else:
        byte_level_base(folder, "gpt2", ENGLISH)
    decoder = with_tokens(folder, [token(BEGIN), token(END)])
    config = {"added_tokens_decoder": decoder, "bos_token": BEGIN, "eos_token": END, "tokenizer_class": name}
    around(folder, BEGIN if "b" in ends else None, END if "e" in ends else None)
    return write(folder, tokenizer_config=config | {"unk_token": None, "pad_token": None, **FLAGS[flags]})


def marks(ids: list[int], tokenizer) -> str:
    """Which tokens stand around a text, `b` and `e`."""
    return "".join({BEGIN: "b", END: "e"}.get(each, "") for each in tokenizer.convert_ids_to_tokens(ids))


def kept(base: Path, folder: Path) -> Path:
    write_tokenizer(load_tokenizer(base), base, folder, is_expanded=False)
    return folder


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_what_is_put_around_a_text(case: tuple[str, str, str], tmp_path: Path) -> None:
    wanted, versions = CASES[case]
    base = flagged(tmp_path / "base", *case)
    out = kept(base, tmp_path / "out")
    before, after = AutoTokenizer.from_pretrained(base), AutoTokenizer.from_pretrained(out)
    assert marks(after("ab").input_ids, after) == wanted
    assert (marks(before("ab").input_ids, before) == wanted) == ("5" in versions)
    found = list_changes(base, out)
    assert (STEP in found) == (wanted != case[2])
    assert set(found) <= set(CHANGES)
    if wanted == case[2]:
        assert (out / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()


@pytest.mark.slow
@needs_transformers_4
def test_transformers_4_puts_the_same_around_a_text(tmp_path: Path) -> None:
    outs, bases = {}, {}
    for number, case in enumerate(CASES):
        base = flagged(tmp_path / f"base{number}", *case)
        outs[case] = kept(base, tmp_path / f"{number}")
        if case[0] != "CodeGenTokenizer":  # which 4 cannot open with that flag
            bases[case] = base
    texts = ["ab", "a b"]
    found = in_transformers_4(texts, [*outs.values(), *bases.values()])
    ids, own = dict(zip(outs, found, strict=False)), dict(zip(bases, found[len(outs) :], strict=True))
    for case, (wanted, versions) in CASES.items():
        tokenizer = AutoTokenizer.from_pretrained(outs[case])
        assert [marks(each, tokenizer) for each in ids[case][1]] == [wanted] * len(texts), case
        assert ids[case][1] == [tokenizer(each).input_ids for each in texts], case
        assert (ids[case] == own.get(case)) == ("4" in versions), case


def test_a_grown_vocabulary_keeps_them(tmp_path: Path, make_artifact, make_work) -> None:
    base = flagged(tmp_path / "base", "GPTNeoXTokenizer", "both", "")
    out = run(make_artifact, make_work, MORE, base=base)
    tokenizer = AutoTokenizer.from_pretrained(out / "tokenizer")
    assert marks(tokenizer("ab").input_ids, tokenizer) == "be"
    assert json.loads((out / "vocab.json").read_text())["changed"][STEP] == CHANGES[STEP]


def test_a_flag_without_a_token_changes_nothing(tmp_path: Path) -> None:
    base = flagged(tmp_path / "base", "CohereTokenizer", "on", "b")
    config = json.loads((base / "tokenizer_config.json").read_text())
    write(base, tokenizer_config=config | {"bos_token": None})
    assert (kept(base, tmp_path / "out") / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
