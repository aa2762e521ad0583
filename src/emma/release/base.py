"""What a base says of itself, for the card: its name, its licence, and how the released model is related to it.

A folder of the hub says it in the front matter of its README, a GGUF file in its metadata (models.gguf).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.config.extras import need
from emma.models.folder import TRAINING, Json, read_model_json
from emma.models.gguf import RECORD

CARD = "README.md"
RELATION = "finetune"
"""How the Hub calls a model with the base's weights trained further: `base_model_relation` of its cards."""
HUB_ADDRESS = re.compile(r"(?:https://huggingface\.co/)?(\w[\w.-]*/\w[\w.-]*)/?")
"""`owner/name`, also as an address."""

NAMELESS = (
    "the model card does not name the base, whose folder says nowhere what it is called: set release.base_model to its "
    "owner/name on the hub"
)


@dataclass(frozen=True)
class BaseFacts:
    """The base as a card names it."""

    name: str
    """Its id on the hub, or its file; empty where it says neither."""
    hub_id: str | None
    """`owner/name`, where it is on the hub."""
    licence: str | None
    """Its licence, in its own words."""

    @property
    def front_matter(self) -> Json:
        """The fields of a card's front matter. The Hub takes nothing but its own ids for a base."""
        return {"base_model": self.hub_id, "base_model_relation": RELATION} if self.hub_id else {}


def read_base(folder: Path | None, stated: str) -> BaseFacts:
    """What the base in a folder says of itself; `stated` is its id on the hub by the recipe, empty where that says
    none."""
    if folder is None:
        return BaseFacts(stated, stated or None, None)
    record = read_model_json(folder / RECORD)
    if record:
        hub_id = stated or find_hub_id(record.get("repository"))
        return BaseFacts(hub_id or str(record["file"]), hub_id, record.get("licence"))
    # `_name_or_path` of the configuration is no name of its own: it says what was loaded before it was tuned or saved.
    # What EMMA trained itself has no card of others, and no licence yet.
    front = {} if (folder / TRAINING).exists() else read_front_matter(folder / CARD)
    return BaseFacts(stated, stated or None, find_licence(front))


def is_nameless(folder: Path, facts: BaseFacts) -> bool:
    """Whether the card cannot name the base in a folder; what EMMA trained itself needs no name of the hub."""
    return not facts.name and not (folder / TRAINING).exists()


def find_hub_id(name: Any) -> str | None:
    """The id in a name or address of the hub; None for a path, or anything else."""
    match = HUB_ADDRESS.fullmatch(name) if isinstance(name, str) else None
    return match[1] if match else None


def read_front_matter(card: Path) -> Json:
    """The front matter of a card; nothing where there is none that can be read."""
    try:
        front = need("huggingface_hub", "train").metadata_load(card) if card.is_file() else None
    except Exception:  # a card of others may hold anything, and is no reason to stop
        front = None
    return front if isinstance(front, dict) else {}


def find_licence(front: Json) -> str | None:
    """The licence in a card's front matter: where the Hub knows it by no name of its own, the name beside it."""
    stated = front.get("license")
    named = front.get("license_name") if stated in (None, "other") else None
    licence = named or stated
    listed = licence if isinstance(licence, list) else [licence]
    return ", ".join(str(each) for each in listed if each) or None
