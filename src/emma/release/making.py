"""How a released model was made, as rows of its card: training, and the addresses by which it can be made again."""

from collections.abc import Iterator, Mapping

from emma.models.folder import Json

SHOWN = {
    "optimizer": "optimiser",
    "learning_rate": "learning rate",
    "schedule": "schedule",
    "precision": "precision",
    "batch_tokens": "tokens per step",
    "steps": "steps",
    "tokens": "tokens",
    "seed": "seed",
}
"""Fields of `training.json` in the card, with their names there."""


def list_settings(training: Json) -> Iterator[tuple[str, str]]:
    """The settings of a training that people ask for."""
    for field, name in SHOWN.items():
        if (value := training.get(field)) is not None:
            yield name, f"{value:,}" if isinstance(value, int) and field != "seed" else str(value)


def list_addresses(addresses: Mapping[str, str]) -> str:
    """The stages with their addresses, in one line."""
    return ", ".join(f"{stage} `{key}`" for stage, key in addresses.items())


def cite(title: str, authors: tuple[str, ...], what: str) -> str:
    """An entry of BibTeX. Without a year: a release knows none, and its address on the hub does."""
    key = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in title.lower()).strip("-")
    lines = [f"@misc{{{key or 'model'},", f"  title = {{{title}}},"]
    lines += [f"  author = {{{' and '.join(authors)}}},"] if authors else []
    return "\n".join([*lines, f"  howpublished = {{{what}: path/to/this/folder}},", "}"])
