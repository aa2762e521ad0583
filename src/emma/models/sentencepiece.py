"""SentencePiece's `tokenizer.model`, and the `tokenizer.json` that does the same.

SentencePiece keeps no list of merges: of two neighbours the pair whose joined text is the best-scored piece is joined
first, however that piece splits (`bpe_model.cc`). The same order as a list of pairs is `pairs_by_score`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import Json

MODEL_FILE = "tokenizer.model"
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
UNIGRAM, BPE = 1, 2
SPACE = "▁"
"""Stands for a space in SentencePiece vocabularies; a literal one in the text reads back as a space."""
_KINDS = {UNIGRAM: "unigram", 3: "word", 4: "character"}


def read_model(path: Path) -> Any:
    """The model in a file. Raises RecipeError when it is none."""
    proto = proto_module().ModelProto()
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


def model_kind(proto: Any) -> str:
    """The kind of a SentencePiece model: `BPE` for the one that can be expanded."""
    return "BPE" if proto.trainer_spec.model_type == BPE else _KINDS.get(proto.trainer_spec.model_type, "unknown")


def piece_scores(proto: Any) -> dict[str, float]:
    """The score of each piece that merges make, by id; single characters are among them."""
    return {entry.piece: entry.score for entry in proto.pieces if entry.type == NORMAL}


def is_exact(proto: Any) -> bool:
    """Whether BPE on a list of pairs does just what this model does: text is taken as it is, nothing is matched before
    the merges, bytes stand in for what has no piece, and no piece holds a character that has none, which SentencePiece
    would join all the same."""
    text, rules, scores = proto.normalizer_spec, proto.trainer_spec, piece_scores(proto)
    plain = not text.precompiled_charsmap and not text.remove_extra_whitespaces and text.escape_whitespaces
    kinds = {entry.type for entry in proto.pieces} <= {NORMAL, UNKNOWN, CONTROL, BYTE}
    spelled = all(char in scores for piece in scores for char in piece)
    usual = model_kind(proto) == "BPE" and rules.byte_fallback
    return usual and plain and not rules.treat_whitespace_as_suffix and kinds and spelled


def pairs_by_score(scores: Mapping[str, float]) -> list[tuple[str, str]]:
    """All pairs that SentencePiece would join, best first.

    Among the splits of one piece, and among pieces of one score, the longer left side comes first: where
    SentencePiece goes from left to right (the runs of spaces of Llama 2, all at one score), so does this.
    """
    pairs = [
        (-score, -place, place - len(piece), piece[:place], piece[place:])
        for piece, score in scores.items()
        for place in range(1, len(piece))
        if piece[:place] in scores and piece[place:] in scores
    ]
    return [(left, right) for *_, left, right in sorted(pairs)]


def build_table(proto: Any) -> Json:
    """`tokenizer.json` for a SentencePiece model that is_exact, with Llama's habit of a first token `<s>`."""
    special = (UNKNOWN, CONTROL)
    named = [(number, entry.piece) for number, entry in enumerate(proto.pieces) if entry.type in special]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    model = {"type": "BPE", "unk_token": proto.trainer_spec.unk_piece, "fuse_unk": True, "byte_fallback": True}
    return {
        "version": "1.0",
        "added_tokens": [{"id": number, "content": piece, **flags} for number, piece in named],
        "post_processor": _bos_template(proto.trainer_spec.bos_piece, proto.trainer_spec.bos_id),
        "model": {**model, **build_model(proto)},
        **exact_space(proto.normalizer_spec.add_dummy_prefix),
    }


def build_model(proto: Any) -> Json:
    """The vocabulary and the merges of a SentencePiece model."""
    vocab = {entry.piece: number for number, entry in enumerate(proto.pieces)}
    return {"vocab": vocab, "merges": [list(pair) for pair in pairs_by_score(piece_scores(proto))]}


def _bos_template(token: str, number: int) -> Json | None:
    if number < 0:
        return None
    begin = {"SpecialToken": {"id": token, "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [begin, *({"Sequence": {"id": side, "type_id": kind}} for kind, side in enumerate("AB"))],
        "special_tokens": {token: {"id": token, "ids": [number], "tokens": [token]}},
    }


def exact_space(prefixes: bool) -> Json:
    """The steps around the model that do what SentencePiece does, and give every text back exactly.

    The Metaspace step that transformers writes for some Llama folders swallows a text's own leading space;
    SentencePiece always adds one and takes one away.
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


def has_same_pieces(table: Json, proto: Any) -> bool:
    """Whether the SentencePiece model has the pieces of a `tokenizer.json`, but for tokens added to it since."""
    if proto is None or not is_exact(proto):
        return False
    vocab, have = table["model"]["vocab"], {entry.piece: number for number, entry in enumerate(proto.pieces)}
    added = {each["content"] for each in table["added_tokens"]}
    return all(vocab.get(piece) == number for piece, number in have.items()) and set(vocab) <= set(have) | added


def apply_model(table: Json, proto: Any) -> Json:
    """A `tokenizer.json` that does what the SentencePiece model does, with the added tokens and post-processor of
    `table`."""
    model = build_model(proto)
    model["vocab"] |= {each["content"]: each["id"] for each in table["added_tokens"]}
    return {**table, "model": {**table["model"], **model}, **exact_space(proto.normalizer_spec.add_dummy_prefix)}


def proto_module() -> Any:
    """The classes that read and write the file."""
    for package in ("google.protobuf", "sentencepiece"):
        need(package, "train")
    return need("sentencepiece.sentencepiece_model_pb2", "train")
