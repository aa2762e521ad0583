"""The `[pack]` section of a recipe: how selected documents become token files."""

from typing import ClassVar

from pydantic import Field, field_validator

from emma.section import Section


class PackConfig(Section):
    """What surrounds a document's tokens, and how bitext is written out."""

    version: ClassVar[int] = 1

    add_bos: bool = True
    """Begin each document with the tokenizer's beginning-of-sequence token, where it has one."""
    add_eos: bool = True
    """End each document with the tokenizer's end-of-sequence token, where it has one."""
    bitext_template: str = "{lang}: {text}\n{lang2}: {text2}"
    """How a pair of translations is written as one document. Half of the pairs, chosen by their id, swap sides."""
    buckets: int = Field(default=16, ge=1, le=4096)
    """Parts that the languages and domains are spread over; also how many processes can tokenise at once."""

    @field_validator("bitext_template")
    @classmethod
    def _check_template(cls, template: str) -> str:
        try:
            filled = template.format(lang="a", text="<1>", lang2="b", text2="<2>")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError(f"use {{lang}}, {{text}}, {{lang2}} and {{text2}} only ({error!r})") from None
        if "<1>" not in filled or "<2>" not in filled:
            raise ValueError("it must hold both {text} and {text2}")
        return template
