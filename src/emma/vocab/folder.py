"""The folder of an expanded tokenizer: what Hugging Face loads, what SentencePiece loads, and the facts about it."""

import json
from pathlib import Path
from typing import Any

from emma.vocab import proto as spm
from emma.vocab.bpe import Bpe
from emma.vocab.config import VocabConfig
from emma.vocab.kinds import CONFIG, JSON, OtherTokenizer, pretrained
from emma.vocab.llama import SPECIALS, LlamaTokenizer

FACTS = "vocab.json"
_HOW_IT_WAS_LOADED = ("is_local", "local_files_only", "backend")


def save(tokenizer: Bpe, base: Path | None, folder: Path) -> None:
    """Write a folder that `AutoTokenizer.from_pretrained` loads, with the base's other files (chat template, say).

    The class is the one that takes `tokenizer.json` as it is; the Llama class rebuilds the steps around the model.
    Where SentencePiece can do the same, `tokenizer.model` lies beside it; a base's that cannot is left out, since it
    would be another vocabulary.
    """
    folder.mkdir()
    if base is not None:
        pretrained(base).save_pretrained(folder)
    path = folder / CONFIG
    config = json.loads(path.read_text(encoding="utf-8")) if base is not None else {}
    config = {name: value for name, value in config.items() if name not in _HOW_IT_WAS_LOADED}
    config = _specials(tokenizer, base) | config
    config |= {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    path.write_text(json.dumps(config, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")
    tokenizer.open().save(str(folder / JSON))
    (folder / spm.FILE).unlink(missing_ok=True)
    if isinstance(tokenizer, LlamaTokenizer) and tokenizer.scores is not None:
        model = spm.grown(tokenizer.proto, tokenizer.pieces, tokenizer.scores, tokenizer.added)
        (folder / spm.FILE).write_bytes(model)


def _specials(tokenizer: Bpe, base: Path | None) -> dict[str, str]:
    """The special tokens of a tokenizer that comes without a config to name them."""
    if base is None:
        return dict(zip(("unk_token", "bos_token", "eos_token"), SPECIALS, strict=True))
    if (base / CONFIG).exists() or not isinstance(tokenizer, LlamaTokenizer) or tokenizer.proto is None:
        return {}
    rules = tokenizer.proto.trainer_spec
    ids = {"unk": rules.unk_id, "bos": rules.bos_id, "eos": rules.eos_id}
    return {f"{name}_token": getattr(rules, f"{name}_piece") for name, number in ids.items() if number >= 0}


def write_facts(tokenizer: Bpe, before: Bpe, section: VocabConfig, out: Path) -> None:
    """Write `vocab.json`.

    `pieces_base` and `size` count ids before and after; `rows` is how many rows the model's embeddings and head are to
    have, `size` brought up to a multiple of `pad_to`; `canonical` is the file that decides, from which the other
    follows where there are two.
    """
    size = len(tokenizer.pieces)
    facts: dict[str, Any] = {
        "pieces_base": len(before.pieces),
        "size": size,
        "rows": -(-size // section.pad_to) * section.pad_to,
        "kind": tokenizer.name if isinstance(tokenizer, OtherTokenizer) else tokenizer.kind,
        "method": section.method,
        "canonical": spm.FILE if tokenizer.by_piece else JSON,
    }
    (out / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
