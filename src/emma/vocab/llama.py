"""Llama-kind tokenizers: byte-pair encoding on characters, ▁ for space, bytes for characters without a piece.

A base that has SentencePiece's `tokenizer.model` is read from there: its weights were trained with that, and the two
forms written from it agree. One that has only Hugging Face's `tokenizer.json` keeps to its list of merges and to its
steps around the model, whatever these do to a text.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from emma.models import sentencepiece as spm
from emma.models.folder import Json
from emma.models.sentencepiece import BPE, BYTE, CONTROL, NORMAL, SPACE, UNKNOWN, UNUSED, USER_DEFINED, proto_module
from emma.models.tokenizer_file import BYTE_PIECES
from emma.vocab.bpe import BpeTokenizer, MergePair

SPECIAL_TOKENS = ("<unk>", "<s>", "</s>")
_LOWEST_USUAL_SCORE = -1e8
"""Scores below this stand for "after everything else", as Llama 2's runs of spaces."""


@dataclass(frozen=True)
class LlamaTokenizer(BpeTokenizer):
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
        names = {"", *BYTE_PIECES}
        return [text in names for text in self.texts]

    @property
    def word_rules(self) -> Json:
        """The rules that divide text into words: at spaces, where these become ▁ and no more; else the base's own."""
        if is_plain(self.table):
            return {"prefix": self.prepends_space}
        return {name: self.table[name] for name in ("normalizer", "pre_tokenizer")} | {"marked": True}

    @property
    def joins_by_piece(self) -> bool:
        return self.scores is not None

    @property
    def score_range(self) -> tuple[float, float]:
        """The best and the worst score, but for those that stand for "after everything else"."""
        usual = [score for score in (self.scores or {}).values() if score > _LOWEST_USUAL_SCORE]
        return max(usual, default=0.0), min(usual, default=0.0)

    @property
    def prepends_space(self) -> bool:
        """Whether a space is put before each text."""
        before, after = steps_before(self.table)
        metaspace = any(each["type"] == "Metaspace" and each.get("prepend_scheme") != "never" for each in after)
        return metaspace or any(step["type"] == "Prepend" for step in before)

    def bytes_only(self) -> Self:
        kept = [*sorted(self.added_tokens - set(BYTE_PIECES)), *BYTE_PIECES]
        table = self.with_model({piece: number for number, piece in enumerate(kept)}, []).table
        return replace(self, table=table, proto=None, scores={})

    def with_pieces(self, pieces: Iterable[str], merges: Iterable[MergePair] = ()) -> Self:
        """The same with more pieces. With a SentencePiece model they get the next scores, from which merges follow."""
        if self.scores is None:
            return super().with_pieces(pieces, merges)
        new, worst = list(pieces), math.floor(self.score_range[1])
        return self.with_scored_pieces(new, [worst - 1.0 - place for place in range(len(new))])

    def with_scored_pieces(self, pieces: Sequence[str], scores: Sequence[float]) -> Self:
        """The same with more pieces at the next ids, and these scores."""
        both = (self.scores or {}) | dict(zip(pieces, scores, strict=True))
        vocab = self.table["model"]["vocab"] | {piece: len(self.pieces) + at for at, piece in enumerate(pieces)}
        return replace(self.with_model(vocab, spm.pairs_by_score(both)), scores=both)


def blank_tokenizer() -> LlamaTokenizer:
    """The vocabulary to start from without a base: three specials, the bytes, and no merge."""
    model = blank_model(SPECIAL_TOKENS, BYTE_PIECES)
    return LlamaTokenizer(spm.build_table(model), model, {})


def from_sentencepiece(table: Json, proto: Any) -> LlamaTokenizer:
    """The tokenizer of a SentencePiece model, with the added tokens and the post-processor of its other form."""
    return LlamaTokenizer(spm.apply_model(table, proto), proto, spm.piece_scores(proto))


def is_plain(table: Json) -> bool:
    """Whether the steps before the model write spaces as ▁, perhaps with one more before the text, and do nothing else.

    Gemma's pre-tokenizer then splits at spaces, of which none are left.
    """
    before, after = steps_before(table)
    prepend: Json = {"type": "Prepend", "prepend": SPACE}
    replace_ = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
    if before in ([replace_], [prepend, replace_]):
        return all(each["type"] == "Split" and each["pattern"] == {"String": " "} for each in after)
    return not before and [(each["type"], each.get("replacement")) for each in after] == [("Metaspace", SPACE)]


def steps_before(table: Json) -> tuple[list[Json], list[Json]]:
    """The steps of the normaliser and of the pre-tokenizer."""
    return steps_in(table["normalizer"], "normalizers"), steps_in(table["pre_tokenizer"], "pretokenizers")


def steps_in(step: Json | None, name: str) -> list[Json]:
    """The steps that a step of `tokenizer.json` is made of."""
    if step is None:
        return []
    steps: list[Json] = step.get(name, [step])
    return steps


def blank_model(specials: Sequence[str], bytes_: Sequence[str]) -> Any:
    """A model of three special tokens and the bytes, with Llama 2's settings."""
    proto = proto_module().ModelProto()
    rules = proto.trainer_spec
    rules.model_type, rules.byte_fallback, rules.split_digits = BPE, True, True
    rules.unk_id, rules.bos_id, rules.eos_id, rules.pad_id = 0, 1, 2, -1
    rules.unk_piece, rules.bos_piece, rules.eos_piece = specials
    text = proto.normalizer_spec
    text.name, text.add_dummy_prefix, text.remove_extra_whitespaces = "identity", True, False
    text.escape_whitespaces = True
    for place, piece in enumerate((*specials, *bytes_)):
        kind = BYTE if place >= len(specials) else CONTROL if place else UNKNOWN
        proto.pieces.add(piece=piece, score=0.0, type=kind)
    return proto


def serialise_model(proto: Any, pieces: Sequence[str], scores: Mapping[str, float], added: set[str]) -> bytes:
    """The file of the model with all of `pieces`, of which it has the first ones already.

    What has no score is a token that Hugging Face's form adds (matched before any merge, as `added` tells), or an id
    that is not used.
    """
    new = type(proto)()
    new.CopyFrom(proto)
    for number, piece in enumerate(pieces[len(proto.pieces) :], len(proto.pieces)):
        kind = NORMAL if piece in scores else USER_DEFINED if piece in added else UNUSED
        new.pieces.add(piece=piece or f"<unused_{number}>", score=scores.get(piece, 0.0), type=kind)
    new.trainer_spec.vocab_size = len(new.pieces)
    serialised: bytes = new.SerializeToString(deterministic=True)
    return serialised
