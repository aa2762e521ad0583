"""SentencePiece's own form of a tokenizer, `tokenizer.model`.

SentencePiece keeps no list of merges: of two neighbours the pair whose joined text is the best-scored piece is joined
first, however that piece splits (`bpe_model.cc`). The same order as a list of pairs is `pairs_by_score`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emma.errors import RecipeError
from emma.extras import need

FILE = "tokenizer.model"
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
UNIGRAM, BPE = 1, 2
_KINDS = {UNIGRAM: "unigram", 3: "word", 4: "character"}


def read(path: Path) -> Any:
    """The model in a file. Raises RecipeError when it is none."""
    proto = _module().ModelProto()
    try:
        proto.ParseFromString(path.read_bytes())
    except need("google.protobuf.message", "train").DecodeError:
        proto.Clear()
    if not proto.pieces:
        raise RecipeError(
            f"{path} is no SentencePiece model. Llama 3's first release has a file of that name in another form: take "
            "the folder in Hugging Face's form, with tokenizer.json."
        )
    return proto


def kind_of(proto: Any) -> str:
    """What kind of SentencePiece model it is, `BPE` for the one that can be expanded."""
    return "BPE" if proto.trainer_spec.model_type == BPE else _KINDS.get(proto.trainer_spec.model_type, "unknown")


def scores_of(proto: Any) -> dict[str, float]:
    """The score of each piece that merges make, by id; single characters are among them."""
    return {each.piece: each.score for each in proto.pieces if each.type == NORMAL}


def is_exact(proto: Any) -> bool:
    """Whether BPE on a list of pairs does just what this model does: text is taken as it is, nothing is matched before
    the merges, bytes stand in for what has no piece, and no piece holds a character that has none, which SentencePiece
    would join all the same."""
    text, rules, scores = proto.normalizer_spec, proto.trainer_spec, scores_of(proto)
    plain = not text.precompiled_charsmap and not text.remove_extra_whitespaces and text.escape_whitespaces
    kinds = {each.type for each in proto.pieces} <= {NORMAL, UNKNOWN, CONTROL, BYTE}
    spelled = all(char in scores for piece in scores for char in piece)
    usual = kind_of(proto) == "BPE" and rules.byte_fallback
    return usual and plain and not rules.treat_whitespace_as_suffix and kinds and spelled


def pairs_by_score(scores: Mapping[str, float]) -> list[tuple[str, str]]:
    """All pairs that SentencePiece would join, best first.

    Among the splits of one piece, and among pieces of one score, the longer left side comes first: where
    SentencePiece goes from left to right (the runs of spaces of Llama 2, all at one score), so does this.
    """
    found = [
        (-score, -place, place - len(piece), piece[:place], piece[place:])
        for piece, score in scores.items()
        for place in range(1, len(piece))
        if piece[:place] in scores and piece[place:] in scores
    ]
    return [(left, right) for *_, left, right in sorted(found)]


def blank(specials: Sequence[str], bytes_: Sequence[str]) -> Any:
    """A model of three special tokens and the bytes, with Llama 2's settings."""
    proto = _module().ModelProto()
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


def grown(proto: Any, pieces: Sequence[str], scores: Mapping[str, float], added: set[str]) -> bytes:
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


def _module() -> Any:
    for package in ("google.protobuf", "sentencepiece"):
        need(package, "train")
    return need("sentencepiece.sentencepiece_model_pb2", "train")
