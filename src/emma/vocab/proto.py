"""SentencePiece's own form of a tokenizer, `tokenizer.model`: one to start from, and one with more pieces."""

from collections.abc import Mapping, Sequence
from typing import Any

from emma.models.sentencepiece import BPE, BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED, module


def blank(specials: Sequence[str], bytes_: Sequence[str]) -> Any:
    """A model of three special tokens and the bytes, with Llama 2's settings."""
    proto = module().ModelProto()
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
