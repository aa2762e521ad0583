"""Configurations and splits of a data set of the Hugging Face hub, as its README names their files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import PurePosixPath

from emma.pipeline.draft.licences import FRONT_MATTER
from emma.pipeline.draft.patterns import matches


@dataclass(frozen=True)
class HubFiles:
    """Files of one split of one configuration."""

    pattern: str
    """Relative to the data folder."""
    config: str
    split: str


def read_configs(about: Sequence[tuple[str, str]]) -> tuple[HubFiles, ...]:
    """Read the `configs` of all READMEs; none where PyYAML, which comes with `huggingface_hub`, is not installed."""
    return tuple(files for name, text in about for files in _read_card(name, text))


def _read_card(name: str, text: str) -> Iterator[HubFiles]:
    front = FRONT_MATTER.match(text)
    if front is None or PurePosixPath(name).name.lower() != "readme.md" or find_spec("yaml") is None:
        return
    yaml = import_module("yaml")  # which says nothing of its types
    try:
        card = yaml.safe_load(front[1])
    except yaml.YAMLError:  # the hub would not read it either
        return
    folder = PurePosixPath(name).parent.as_posix()
    for config in _dicts(card.get("configs") if isinstance(card, dict) else None):
        for split, pattern in _list_patterns(config.get("data_files")):
            inside = pattern if folder == "." else f"{folder}/{pattern}"
            yield HubFiles(inside, str(config.get("config_name", "default")), split)


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _list_patterns(files: object) -> Iterator[tuple[str, str]]:
    """Split and pattern of each entry of `data_files`: a pattern, several, or entries with `split` and `path`."""
    if isinstance(files, str):
        yield "train", files
    elif isinstance(files, list):
        for entry in files:
            if isinstance(entry, str):
                yield "train", entry
            elif isinstance(entry, dict):
                split = str(entry.get("split", "train"))
                paths = entry.get("path")
                yield from ((split, str(path)) for path in (paths if isinstance(paths, list) else [paths]) if path)


def find_config(configs: Sequence[HubFiles], name: str) -> HubFiles | None:
    """The configuration and split that a file is of; None where the README names none for it."""
    for files in configs:
        if matches(name, files.pattern) or name.startswith(f"{files.pattern.rstrip('/')}/"):
            return files
    return None
