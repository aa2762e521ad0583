"""What a document is in plain text: a file, a paragraph or a line."""

import pytest

from emma.pipeline.draft.units import BOOK_BYTES, _unit_of

SENTENCES = "".join(f"{'Habari za leo, rafiki ' * (2 + n % 4)}{n}.\n" for n in range(40))
PAGE = "".join(f"{'neno ' * 12}neno{n:03} na\n" for n in range(40))


@pytest.mark.parametrize(
    ("text", "size", "unit"),
    [
        (SENTENCES, 4_000, "line"),
        ("\n".join(SENTENCES.splitlines()[:19]), 2_000, "document"),
        (PAGE, 4_000, "document"),
        (SENTENCES.replace("\n", "\n\n"), BOOK_BYTES - 1, "document"),
        (SENTENCES.replace("\n", "\n\n"), BOOK_BYTES, "paragraph"),
        ("ab\n" * 40, 120, "document"),
    ],
)
def test_the_unit(text: str, size: int, unit: str) -> None:
    assert _unit_of(text, size) == unit
