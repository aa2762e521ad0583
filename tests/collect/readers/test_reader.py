"""What a reader says of its format, in full or hardly at all."""

from collections.abc import Iterator

from emma.collect.readers.reader import Option, Reader, reader


def read_nothing(_file: object, _source: object) -> Iterator[object]:
    """Read nothing, which
    takes two lines.

    And a second paragraph.
    """
    yield from ()


def test_an_option_may_be_its_type_or_values_only() -> None:
    made = reader(options={"a": bool, "b": ("x", "y"), "c": Option(str, "What it is for.", "z")})(read_nothing)  # type: ignore[arg-type]
    assert made.options == {"a": Option(bool), "b": Option(("x", "y")), "c": Option(str, "What it is for.", "z")}
    assert made.options["a"].default is None


def test_a_reader_without_a_purpose_is_described_by_its_function() -> None:
    assert Reader(read_nothing).summary == "Read nothing, which takes two lines"  # type: ignore[arg-type]
    assert reader(purpose="nothing at all")(read_nothing).summary == "nothing at all"  # type: ignore[arg-type]
    assert Reader(lambda _file, _source: iter(())).summary == "nothing is said of it"
