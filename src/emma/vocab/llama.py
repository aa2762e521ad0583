"""Llama-kind tokenizers: byte-pair encoding on characters, ▁ for space, bytes for characters without a piece.

A base that has SentencePiece's `tokenizer.model` is read from there: its weights were trained with that, and the two
forms written from it agree. One that has only Hugging Face's `tokenizer.json` keeps to its list of merges.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from emma.vocab import proto as spm
from emma.vocab.bpe import Bpe, Pair
from emma.vocab.words import SPACE

SPECIALS = ("<unk>", "<s>", "</s>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
_LAST = -1e8
"""Scores below this stand for "after everything else", as Llama 2's runs of spaces."""


@dataclass(frozen=True)
class LlamaTokenizer(Bpe):
    """A tokenizer of Llama's kind."""

    proto: Any = None
    """Its SentencePiece model, the base's; None where there is none that does the same."""
    scores: dict[str, float] | None = None
    """With a model, the score of each piece that merges make."""

    kind = "BPE with byte fallback"

    def text_of(self, piece: str) -> str:
        return piece

    @property
    def closed(self) -> list[bool]:
        names = {"", *BYTES}
        return [text in names for text in self.texts]

    @property
    def cut(self) -> dict[str, Any]:
        return {"prefix": self.prefixes}

    @property
    def by_piece(self) -> bool:
        return self.scores is not None

    @property
    def limits(self) -> tuple[float, float]:
        """The best and the worst score, but for those that stand for "after everything else"."""
        usual = [score for score in (self.scores or {}).values() if score > _LAST]
        return max(usual, default=0.0), min(usual, default=0.0)

    @property
    def prefixes(self) -> bool:
        """Whether a space is put before each text."""
        return any(step["type"] == "Prepend" for step in steps_in(self.table["normalizer"], "normalizers"))

    def emptied(self) -> Self:
        kept = [*sorted(self.added - set(BYTES)), *BYTES]
        table = self.with_model({piece: number for number, piece in enumerate(kept)}, []).table
        return replace(self, table=table, proto=None, scores={})

    def extended(self, pieces: Iterable[str], merges: Iterable[Pair] = ()) -> Self:
        """With a SentencePiece model the pieces get the next scores, and the merges follow from these."""
        if self.scores is None:
            return super().extended(pieces, merges)
        new, worst = list(pieces), math.floor(self.limits[1])
        return self.scored(new, [worst - 1.0 - place for place in range(len(new))])

    def scored(self, pieces: Sequence[str], scores: Sequence[float]) -> Self:
        """The same with more pieces at the next ids, and these scores."""
        both = (self.scores or {}) | dict(zip(pieces, scores, strict=True))
        vocab = self.table["model"]["vocab"] | {piece: len(self.pieces) + at for at, piece in enumerate(pieces)}
        return replace(self.with_model(vocab, spm.pairs_by_score(both)), scores=both)


def blank() -> LlamaTokenizer:
    """The vocabulary to start from without a base: three specials, the bytes, and no merge."""
    model = spm.blank(SPECIALS, BYTES)
    return LlamaTokenizer(table_of(model), model, {})


def table_of(proto: Any) -> dict[str, Any]:
    """`tokenizer.json` for a SentencePiece model that is_exact, with Llama's habit of a first token `<s>`."""
    special = (spm.UNKNOWN, spm.CONTROL)
    named = [(number, each.piece) for number, each in enumerate(proto.pieces) if each.type in special]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    model = {"type": "BPE", "unk_token": proto.trainer_spec.unk_piece, "fuse_unk": True, "byte_fallback": True}
    return {
        "version": "1.0",
        "added_tokens": [{"id": number, "content": piece, **flags} for number, piece in named],
        "post_processor": _first(proto.trainer_spec.bos_piece, proto.trainer_spec.bos_id),
        "model": {**model, **_model_of(proto)},
        **exact_space(proto.normalizer_spec.add_dummy_prefix),
    }


def _model_of(proto: Any) -> dict[str, Any]:
    vocab = {each.piece: number for number, each in enumerate(proto.pieces)}
    return {"vocab": vocab, "merges": [list(pair) for pair in spm.pairs_by_score(spm.scores_of(proto))]}


def _first(token: str, number: int) -> dict[str, Any] | None:
    if number < 0:
        return None
    begin = {"SpecialToken": {"id": token, "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [begin, *({"Sequence": {"id": side, "type_id": kind}} for kind, side in enumerate("AB"))],
        "special_tokens": {token: {"id": token, "ids": [number], "tokens": [token]}},
    }


def of_model(table: dict[str, Any], proto: Any) -> LlamaTokenizer:
    """The tokenizer of a SentencePiece model, with the added tokens and the post-processor of its other form."""
    model = _model_of(proto)
    model["vocab"] |= {each["content"]: each["id"] for each in table["added_tokens"]}
    own = {"model": {**table["model"], **model}, **exact_space(proto.normalizer_spec.add_dummy_prefix)}
    return LlamaTokenizer({**table, **own}, proto, spm.scores_of(proto))


def of_table(table: dict[str, Any]) -> LlamaTokenizer:
    """The tokenizer of a `tokenizer.json` alone."""
    steps = steps_in(table["normalizer"], "normalizers"), steps_in(table["pre_tokenizer"], "pretokenizers")
    put = any(each["type"] == "Prepend" for each in steps[0])
    swallowed = any(each["type"] == "Metaspace" and each.get("prepend_scheme") != "never" for each in steps[1])
    return LlamaTokenizer({**table, **exact_space(put or swallowed)})


def exact_space(prefixes: bool) -> dict[str, Any]:
    """The steps around the model that give every text back exactly.

    transformers writes a Metaspace step for some Llama folders, which swallows a text's own leading space;
    SentencePiece, with which the models were trained, always adds one and takes one away.
    """
    replace_ = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
    restore = {"type": "Replace", "pattern": {"String": SPACE}, "content": " "}
    front = [{"type": "Prepend", "prepend": SPACE}] if prefixes else []
    strip = [{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if prefixes else []
    return {
        "normalizer": {"type": "Sequence", "normalizers": [*front, replace_]},
        "pre_tokenizer": None,
        "decoder": {"type": "Sequence", "decoders": [restore, {"type": "ByteFallback"}, {"type": "Fuse"}, *strip]},
    }


def steps_in(step: dict[str, Any] | None, name: str) -> list[dict[str, Any]]:
    """The steps that a step of `tokenizer.json` is made of."""
    if step is None:
        return []
    steps: list[dict[str, Any]] = step.get(name, [step])
    return steps
