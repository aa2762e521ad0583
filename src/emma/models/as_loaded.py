"""How transformers will read a base's tokenizer from the result: for some kinds of model it builds another one.

transformers 5 goes by the model's type there, whatever class the tokenizer's own files name.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from transformers import AutoTokenizer

from emma.errors import RecipeError
from emma.models.fit import line
from emma.models.folder import CONFIG, read_json
from emma.models.round_trip import round_trips
from emma.models.tokenizer_file import open_table, read_table, switch_off


def check_as_loaded(folder: Path) -> None:
    """RecipeError where a text neither comes back as it is nor as from the tokenizer's own file."""
    config = {name: value for name, value in read_json(folder / CONFIG).items() if name != "auto_map"}
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        (place / CONFIG).write_text(json.dumps(config), encoding="utf-8")
        (place / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}', encoding="utf-8")
        open_table(switch_off(read_table(folder))[0]).save(str(place / "tokenizer.json"))
        tokenizer = _open(place, folder)
    for text, back in round_trips(folder).items():
        ids = tokenizer(text, add_special_tokens=False).input_ids
        if (found := tokenizer.decode(ids, clean_up_tokenization_spaces=False)) not in (text, back):
            raise RecipeError(
                f"transformers reads its tokenizer otherwise than its own file says, since {CONFIG} says model_type = "
                f"{config.get('model_type')!r}: {text!r} becomes {found!r}. Choose a base whose tokenizer is of its "
                "model's kind."
            )


def _open(place: Path, folder: Path) -> Any:
    try:
        return AutoTokenizer.from_pretrained(place, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # what tokenizers raise has no class of its own
        raise RecipeError(
            f"transformers cannot open the tokenizer in {folder}: {line(error)}. Choose another."
        ) from error
