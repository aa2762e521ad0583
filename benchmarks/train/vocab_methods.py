"""The methods of `vocab` side by side, what freezing costs, and whether the two forms of a tokenizer agree.

    python -m benchmarks.train.vocab_methods ../shared/data llama2
    python -m benchmarks.train.vocab_methods ../shared/data byte-level

FLORES-200 devtest: pieces are learnt from every fourth line and measured on as many others, in every language the
folder has. The base is Llama 2's tokenizer, or a byte-level one with the pattern of Llama 3, trained here on the odd
English lines and the English PUD treebank.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece
import zstandard
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from benchmarks.machine import machine, result_path
from emma.models.sentencepiece import SPACE
from emma.vocab.bpe import BpeTokenizer, segment
from emma.vocab.config import VocabConfig
from emma.vocab.folder import load_tokenizer
from emma.vocab.freeze import count_joined_neighbours, count_unknown_characters, count_whole_words
from emma.vocab.grow import Expansion, PieceLimits, WordCounts, grow_vocabulary
from emma.vocab.llama import LlamaTokenizer, serialise_model
from emma.vocab.methods import append_vocabulary
from emma.vocab.sample import SampleText, make_word_splitter

METHODS = ("continue", "append_below", "append_scores", "append_zero")
NEW = 8000
FROZEN = (1, 4)
HEAD = (
    "| | new pieces | characters | never reached | held-out tokens | English lines changed | English tokens "
    "| forms differ |\n|---|--:|--:|--:|--:|--:|--:|--:|"
)
NAMES = {"llama2": "Llama 2 base", "byte-level": "byte-level base of 8,000 pieces"}
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
"""How Llama 3 cuts text into words."""


@dataclass(frozen=True)
class Lines:
    """Text by what it is for."""

    learnt: list[str]
    held_out: list[str]
    english: list[str]
    """That may be frozen."""
    english_held_out: list[str]


def read(data: Path) -> Lines:
    """FLORES by line, English apart; the treebank's sentences are for freezing."""
    files = sorted((data / "bench" / "flores200_devtest").glob("*.devtest.zst"))
    texts = {path.name.split(".")[0]: _unpacked(path).splitlines() for path in files}
    english = texts.pop("eng")
    treebank = _unpacked(data / "mono" / "ud_conllu" / "en_pud-ud-test.conllu.zst")
    known = re.findall(r"^# text = (.*)$", treebank, re.MULTILINE)
    learnt, held_out = ([line for lines in texts.values() for line in lines[start::4]] for start in (0, 2))
    return Lines([*learnt, *english[::4]], held_out, [*english[::2], *known], english[1::2])


def _unpacked(path: Path) -> str:
    with path.open("rb") as stream:
        return zstandard.ZstdDecompressor().stream_reader(stream).read().decode()


def byte_level(folder: Path, lines: Sequence[str], pieces: int) -> Path:
    """A tokenizer of Llama 3's kind, trained on these lines."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    steps = [pre_tokenizers.Split(Regex(PATTERN), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Sequence(steps), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=pieces, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def sample_of(base: BpeTokenizer, lines: Sequence[str]) -> WordCounts:
    """The words as the stage counts them."""
    cut, found = make_word_splitter(base.word_rules), Counter[str]()
    for line in lines:
        found.update(cut(line))
    words = sorted(found)
    return WordCounts([word.replace(" ", SPACE) for word in words], np.array([found[word] for word in words], np.int64))


def spelled(base: BpeTokenizer, lines: Sequence[str]) -> Counter[str]:
    """What freezing these lines refuses, and how often it occurs."""
    encodings = base.open().encode_batch(list(lines), add_special_tokens=False)
    texts, found = [SampleText("", line, 0) for line in lines], Counter[str]()
    for kind in (count_joined_neighbours, count_whole_words, count_unknown_characters):
        found.update(kind(base, encodings, texts))
    return found


def encoded(tokenizer: BpeTokenizer, lines: Sequence[str]) -> list[list[int]]:
    """The ids of each line."""
    return [each.ids for each in tokenizer.open().encode_batch_fast(list(lines), add_special_tokens=False)]


def row(name: str, before: Sequence[list[list[int]]], grown: Expansion, lines: Lines) -> str:
    """One line of the table; `before` is what the base makes of the held-out text and the English."""
    after, new = grown.tokenizer, grown.new
    now = [encoded(after, part) for part in (lines.held_out, lines.english_held_out)]
    ratio = sum(map(len, now[0])) / sum(map(len, before[0]))
    changed = sum(one != other for one, other in zip(before[1], now[1], strict=True))
    missed = sum(len(ids) != 1 for ids in segment(after.open_bare(), [each.piece for each in new])) if new else 0
    chars = sum(each.kind == "char" for each in new)
    english = f"{sum(map(len, before[1])):,} → {sum(map(len, now[1])):,}"
    forms = differ(after, lines.held_out, now[0])
    cells = (name, f"{len(new):,}", f"{chars:,}", missed, f"{ratio:.3f}", changed, english, forms)
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def differ(tokenizer: BpeTokenizer, lines: Sequence[str], ids: Sequence[list[int]]) -> str:
    """Lines that SentencePiece's form cuts otherwise than Hugging Face's, which makes these ids of them."""
    if not isinstance(tokenizer, LlamaTokenizer) or tokenizer.scores is None:
        return "one form"
    file = serialise_model(tokenizer.proto, tokenizer.pieces, tokenizer.scores, tokenizer.added_tokens)
    model = sentencepiece.SentencePieceProcessor(model_proto=file)
    found = sum(one != other for one, other in zip(model.encode(list(lines)), ids, strict=True))
    return f"{found} of {len(lines):,}"


def rows(base: BpeTokenizer, lines: Lines) -> Iterator[str]:
    """The table of one base."""
    sample, frozen = sample_of(base, lines.learnt), spelled(base, lines.english)
    before = [encoded(base, part) for part in (lines.held_out, lines.english_held_out)]
    yield row("the base", before, Expansion(base), lines)
    for method in METHODS:
        section = VocabConfig(method=method, new_pieces=NEW)
        made = (grow_vocabulary if method == "continue" else append_vocabulary)(base, sample, section, PieceLimits(NEW))
        yield row(f"`{method}`", before, made, lines)
    for count in FROZEN:
        refused = {piece for piece, times in frozen.items() if times >= count}
        made = grow_vocabulary(base, sample, VocabConfig(new_pieces=NEW), PieceLimits(NEW, banned=refused))
        name = f"`continue`, frozen, `freeze_count = {count}` ({len(made.rejected)} pieces rejected)"
        yield row(name, before, made, lines)


def main() -> None:
    """Run the comparison on one base and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("base", choices=("llama2", "byte-level"))
    asked = parser.parse_args()
    lines, table = read(asked.data), [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        llama2 = asked.data / "model" / "llama2_tokenizer"
        base = load_tokenizer(llama2 if asked.base == "llama2" else byte_level(Path(folder), lines.english, 8000))
    for line in rows(base, lines):
        print(line, flush=True)
        table.append(line)
    result_path(f"vocab-methods-{asked.base}").write_text(text_of(asked.base, lines, table), encoding="utf-8")


def text_of(base: str, lines: Lines, table: Sequence[str]) -> str:
    """The result file."""
    size = sum(len(line.encode()) for line in lines.learnt) / 1e6
    about = (
        f"Learnt from {len(lines.learnt):,} lines ({size:.1f} MB), measured on {len(lines.held_out):,} others of the "
        f"same languages and {len(lines.english_held_out):,} English ones. Frozen: {len(lines.english):,} English "
        "sentences. Held-out tokens are those of the base times the number."
    )
    run = f"Run again with `python -m benchmarks.train.vocab_methods ../shared/data {base}`."
    head = f"# Vocabulary: methods, freezing, and the two forms, on a {NAMES[base]}"
    return "\n\n".join([head, f"{machine()}.", run, about, "\n".join(table)]) + "\n"


if __name__ == "__main__":
    main()
