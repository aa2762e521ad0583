"""The `[pack]` section of a recipe: how selected documents become token files."""

from typing import ClassVar

from pydantic import Field, field_validator

from emma.config.section import Section


class PackConfig(Section):
    """Settings for the tokens around a document, and for writing out bitext."""

    version: ClassVar[int] = 4

    add_bos: bool = True
    """Begin each document with the token that stands before a text: the beginning-of-sequence token, or the
    end-of-sequence token where the tokenizer has no other. Evaluation puts the same one there."""
    add_eos: bool = True
    """End each document with the tokenizer's end-of-sequence token, where it has one."""
    bitext_template: str = "{lang}: {text}\n{lang2}: {text2}"
    """Template that writes a pair of translations as one document. `{lang}` is a label such as `swh_Latn`, `{name}` the
    English name of the language, such as Swahili; `{lang2}`, `{name2}` and `{text2}` are the other side's."""
    bitext_reversed: float = Field(default=0.5, ge=0, le=1)
    """The share of the pairs, chosen by their id, whose second side is written first."""
    bitext_both: bool = False
    """Write every pair twice, once in each direction; `bitext_reversed` then does nothing."""
    buckets: int = Field(default=16, ge=1, le=4096)
    """Number of parts that the languages and domains are spread over; also how many processes can tokenise at once."""

    @field_validator("bitext_template")
    @classmethod
    def _check_template(cls, template: str) -> str:
        try:
            filled = fill_template(template, ("a", "A", "<1>"), ("b", "B", "<2>"))
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            names = "{lang}, {name}, {text}, {lang2}, {name2} and {text2}"
            raise ValueError(f"use {names} only, and double other braces: {{{{ ({error!r})") from None
        if "<1>" not in filled or "<2>" not in filled:
            raise ValueError("it must hold both {text} and {text2}")
        return template


Side = tuple[str, str, str]
"""Label, English name and text."""


def fill_template(template: str, first: Side, second: Side) -> str:
    """The template with both sides of a pair in it; braces in the texts stay as they are."""
    names = ("lang", "name", "text")
    return template.format(
        **dict(zip(names, first, strict=True)), **dict(zip((f"{name}2" for name in names), second, strict=True))
    )
