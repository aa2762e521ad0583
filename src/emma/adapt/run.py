"""Adapt: the base model with rows for the new pieces, ready to train.

The result is a Hugging Face folder: configuration, weights, and the new tokenizer beside them.
"""

# ruff: noqa: E402 - a missing extra is to be named before the modules that need it are imported

from emma.config.extras import need

need("torch", "train")
need("transformers", "train")

from typing import Any

from transformers import AutoTokenizer, GenerationConfig, PreTrainedModel
from transformers.utils import logging

from emma.adapt.config import AdaptConfig
from emma.adapt.model import embedding_matrices, load_base, make_random_model
from emma.adapt.rows import NewPieces, add_rows, check_separate_head, fill_new_rows
from emma.adapt.save import save_model
from emma.adapt.similarity import find_combinations
from emma.adapt.text import PackedText, check_text, sample_text
from emma.models.folder import ORIGIN
from emma.models.special_ids import ID_FIELDS
from emma.store import shards
from emma.store.artifact import Artifact
from emma.store.files import read_json, write_json
from emma.work.work import StageOutput, Work


def adapt(
    section: AdaptConfig, *, vocab: Artifact, base: Artifact | None, pack: Artifact | None = None, work: Work
) -> StageOutput:
    """Write `model/`: the base with the tokenizer of `vocab`, or a random model of that vocabulary; and `origin.json`,
    which says whose weights they were and what of their configuration changed, and why.

    `pack` is read where rows are made from text: by `init` or `head_init` `focus`.
    """
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = vocab.file("tokenizer")
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    size, rows = vocabulary_size(vocab, len(tokenizer))
    if base is None:
        model, new = make_random_model(section, rows), NewPieces((), ())
        # A base knows its own ids; a new model gets the tokenizer's.
        set_specials(model, {name: getattr(tokenizer, name) for name in ID_FIELDS})
    else:
        model, new = load_base(base.path, section), new_pieces(vocab)
        check_separate_head(model, section)
        text = read_text(section, pack, size)
        before = add_rows(model, new, rows)
        combinations = find_combinations(section, new, text, set(tokenizer.all_special_ids))
        fill_new_rows(model, before, new, section, combinations)
    origin = save_model(model, base.path if base is not None else None, folder, section, work.out / "model")
    if base is not None and new.ids:
        origin["first_new_row"] = min(before, new.smallest_id)
    write_json(work.out / ORIGIN, origin)
    rows = len(embedding_matrices(model)[0])
    weights = sum(weight.numel() for weight in model.parameters())
    return StageOutput({"rows": rows, "new_rows": len(new.ids), "padding_rows": rows - size, "weights": weights})


def vocabulary_size(vocab: Artifact, pieces: int) -> tuple[int, int]:
    """The pieces of the tokenizer, and the rows that the model is to have for them: padded for fast products."""
    path = vocab.find("vocab.json")
    facts = read_json(path) if path is not None else {}
    size = max(pieces, int(facts.get("size", pieces)))  # more than the tokenizer counts where it skips ids
    return size, max(size, int(facts.get("rows", size)))


def new_pieces(vocab: Artifact) -> NewPieces:
    """The pieces that `vocab` added to the base's."""
    table = shards.read(vocab.file("pieces.parquet"), ["id", "base_pieces"]).sort_by("id")
    return NewPieces(table["id"].to_pylist(), [spelling or [] for spelling in table["base_pieces"].to_pylist()])


def read_text(section: AdaptConfig, pack: Artifact | None, size: int) -> PackedText:
    """A sample of the packed text where the recipe asks for something that is learnt from it, else an empty one."""
    if pack is None or "focus" not in section.inits:
        return PackedText.empty()
    text = sample_text(pack, section.vectors.tokens, section.seed)
    check_text(text, size)
    return text


def set_specials(model: PreTrainedModel, ids: dict[str, int | None]) -> None:
    """Give the model's configuration and generation configuration the tokenizer's special ids."""
    model.generation_config = model.generation_config or GenerationConfig()  # type: ignore[no-untyped-call]
    for name, value in ids.items():
        setattr(model.config, name, value)
        setattr(model.generation_config, name, value)
