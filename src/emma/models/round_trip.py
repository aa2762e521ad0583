"""Fixed texts in twelve scripts, and whether a tokenizer, by its own file or as transformers opens it, gives them back.

transformers 5 goes by the model's type when it opens a tokenizer, whatever class the tokenizer's own files name, so for
some kinds of model it builds another one than the file describes.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emma.config.extras import need
from emma.errors import RecipeError
from emma.models.folder import CONFIG, read_model_json
from emma.models.tokenizer_class import TOKENIZER_CONFIG, TOKENIZER_JSON, Table
from emma.models.tokenizer_file import (
    BYTE_PIECES,
    open_table,
    open_tokenizer,
    read_tokenizer_table,
    split_words,
    steps_before_model,
    switch_off,
)

ROUND_TRIP_TEXTS = (
    "The river was high that spring, and nobody crossed it.",
    "كان النهر عاليًا في ذلك الربيع.",
    "नदी में पानी बहुत था। क्\u200dष",
    "แม่น้ำสูงมากในฤดูใบไม้ผลินั้น",
    "ទឹកទន្លេឡើងខ្ពស់",
    "那年春天河水很高，没有人过河。",
    "ߒߞߏ ߦߋ߫ ߞߊ߲ ߘߌ߫",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ ⵜⴳⴰ ⵜⵓⵜⵍⴰⵢⵜ",
    "ወንዙ ሞልቶ ነበር፡፡",
    "Odò náà kún; ẹnikẹ́ni kò lè rékọjá.",
    "def area(width, height):\n    return width * height\n",
    "მდინარე იმ გაზაფხულზე ადიდებული იყო.",
)
"""Fixed texts, in scripts that break tokenizers made for English."""


def round_trips(folder: Path) -> dict[str, str]:
    """ROUND_TRIP_TEXTS, and what each becomes when the tokenizer of a folder encodes and decodes it."""
    tokenizer = open_tokenizer(folder)
    return {text: round_trip(tokenizer, text) for text in ROUND_TRIP_TEXTS}


def altered_texts(folder: Path) -> dict[str, str]:
    """The texts of ROUND_TRIP_TEXTS that the tokenizer of a folder does not give back, and what they become."""
    return {text: back for text, back in round_trips(folder).items() if back != text}


def round_trip(tokenizer: Any, text: str) -> str:
    """Encode a text and decode it again."""
    back: str = tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids, skip_special_tokens=False)
    return back


def find_unseen(table: Table, tokenizer: Any, text: str) -> str:
    """The part of a text that becomes an unknown token, or nothing at all."""
    model = table["model"]
    unknown = tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else model.get("unk_id")
    encoding = tokenizer.encode(text, add_special_tokens=False)
    for number, (begin, end) in zip(encoding.ids, encoding.offsets, strict=True):
        if number == unknown:
            return text[begin:end] or text
    falls_back = model.get("byte_fallback") and set(BYTE_PIECES) <= set(model["vocab"])
    if model["type"] != "BPE" or unknown is not None or falls_back:
        return ""
    # Without an unknown token, BPE leaves out the characters that it has no piece for.
    around = [model.get(name) or "" for name in ("continuing_subword_prefix", "end_of_word_suffix")]
    # A piece of one character may carry the prefix or suffix that marks its place in the word.
    have = set("".join(piece for piece in model["vocab"] if len(piece) <= 1 + sum(map(len, around))))
    words = split_words(steps_before_model(table), text)
    return "".join(char for word in words for char in word if char not in have)


def check_as_loaded(folder: Path) -> None:
    """RecipeError where a text neither comes back as it is nor as from the tokenizer's own file."""
    config = {name: value for name, value in read_model_json(folder / CONFIG).items() if name != "auto_map"}
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        # The standard library's JSON, as it was read: configurations may hold Infinity.
        (place / CONFIG).write_text(json.dumps(config), encoding="utf-8")
        # The plain class has no rules of its own, so whatever differs comes from the model's type.
        (place / TOKENIZER_CONFIG).write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}', encoding="utf-8")
        open_table(switch_off(read_tokenizer_table(folder))[0]).save(str(place / TOKENIZER_JSON))
        tokenizer = _open(place, folder)
    for text, back in round_trips(folder).items():
        ids = tokenizer(text, add_special_tokens=False).input_ids
        if (decoded := tokenizer.decode(ids, clean_up_tokenization_spaces=False)) not in (text, back):
            raise RecipeError(
                f"transformers reads its tokenizer otherwise than its own file says, since {CONFIG} says model_type = "
                f"{config.get('model_type')!r}: {text!r} becomes {decoded!r}. Choose a base whose tokenizer is of its "
                "model's kind."
            )


def _open(place: Path, folder: Path) -> Any:
    from emma.models.weights import one_line  # which needs torch, as most of this file does not

    transformers = need("transformers", "train")
    try:
        return transformers.AutoTokenizer.from_pretrained(place, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # what tokenizers raise has no class of its own
        raise RecipeError(
            f"transformers cannot open the tokenizer in {folder}: {one_line(error)}. Choose another."
        ) from error
