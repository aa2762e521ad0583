"""Corpora for the vocab tests: made artifacts with every script of TEXTS, cut into any number of shards."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import sentencepiece
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from emma.models.sentencepiece import SPACE
from emma.store.artifact import Artifact
from emma.vocab.bpe import BpeTokenizer
from emma.vocab.grow import WordCounts
from emma.vocab.sample import make_word_splitter
from tests.conftest import TEXTS, documents, selection

ROWS = [
    {"lang": lang, "text": f"{text} {number}\n{text}"}
    for number in range(6)
    for lang, text in TEXTS.items()
]  # fmt: skip


def corpus(
    make_artifact: Callable[..., Artifact],
    rows: Sequence[dict[str, object]] = ROWS,
    cuts: Sequence[int] = (0,),
    splits: Sequence[str | None] | None = None,
    name: str = "",
) -> dict[str, Artifact]:
    """Collected and curated artifacts; shards start at `cuts`."""
    table = documents(rows)
    splits = splits or ["test" if number % 6 == 5 else "train" for number in range(len(rows))]
    parts: dict[str, list[Artifact]] = {"documents": [], "selection": []}
    for number, (start, end) in enumerate(zip(cuts, [*cuts[1:], len(rows)], strict=True)):
        for kind, whole in (("documents", table), ("selection", selection(splits))):
            files = {f"{kind}.parquet": whole.slice(start, end - start)}
            parts[kind].append(make_artifact(f"{name}{kind}{number}", files))
    return {
        "collect": make_artifact(f"{name}collect", documents=parts["documents"]),
        "curate": make_artifact(f"{name}curate", selection=parts["selection"]),
    }


AWKWARD = [" a", "  a  b ", "a\n\n b\t", " ", "", "क्\u200dष \u200c", "12 345", "🦜", "\u3000人\u00a0", "▁x", "<0x0A>"]
"""Text that tokenizers get wrong: spaces, joiners, digits, characters without a piece, and what looks like one."""

PATTERNS = {
    "gpt2": None,
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
}
"""How byte-level tokenizers cut text: by the library's own pattern, or by those of Llama 3 and Qwen."""


def sample_of(tokenizer: BpeTokenizer, texts: Iterable[str]) -> WordCounts:
    """The words of some texts as the vocab stage counts them."""
    cut = make_word_splitter(tokenizer.word_rules)
    found = Counter(word for text in texts for word in cut(text))
    words = sorted(found)
    return WordCounts([word.replace(" ", SPACE) for word in words], np.array([found[word] for word in words], np.int64))


def byte_level_base(folder: Path, pattern: str, texts: Sequence[str], *, pieces: int = 400, without: str = "") -> Path:
    """A small tokenizer of the kind of Llama 3 and Qwen, in Hugging Face's form, `without` some letters for bytes."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=pattern == "llama3"))
    tokenizer.normalizer = normalizers.NFC()
    steps = [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=PATTERNS[pattern] is None)]
    if PATTERNS[pattern] is not None:
        steps.insert(0, pre_tokenizers.Split(Regex(PATTERNS[pattern]), "isolated"))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Sequence(steps), decoders.ByteLevel()
    alphabet = sorted(set(pre_tokenizers.ByteLevel.alphabet()) - set(without))
    trainer = trainers.BpeTrainer(
        vocab_size=pieces, special_tokens=["<|end|>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = '{"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>"}'
    (folder / "tokenizer_config.json").write_text(config)
    return folder


def sentencepiece_base(folder: Path, texts: Sequence[str], kind: str = "bpe", pieces: int = 400) -> Path:
    """A folder with nothing but a `tokenizer.model`, trained by SentencePiece with Llama 2's settings."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        model_type=kind,
        vocab_size=pieces,
        byte_fallback=kind == "bpe",
        split_digits=True,
        allow_whitespace_only_pieces=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    folder.mkdir()
    (folder / "tokenizer.model").write_bytes(model.getvalue())
    return folder
