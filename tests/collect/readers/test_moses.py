"""Translations in two files, line by line."""

from pathlib import Path

import pytest

from emma.collect.records import RawDocument, Reject
from tests.collect.given import kinds, opened

SIDES = {"news.en": b"dog\n\ncat\n\xff\nlast\n", "news.sw": b"mbwa\n\npaka\nng'ombe\nmwisho\n"}


def test_two_files_side_by_side() -> None:
    found = opened("moses", SIDES)
    assert [
        (each.row, each.code, each.text, each.code2, each.text2) for each in found if isinstance(each, RawDocument)
    ] == [
        (1, "en", "dog", "sw", "mbwa"),
        (3, "en", "cat", "sw", "paka"),
        (5, "en", "last", "sw", "mwisho"),
    ]
    (bad,) = [each for each in found if isinstance(each, Reject)]
    assert (bad.row, bad.kind, bad.detail[:8]) == (4, "invalid UTF-8", "news.en:")


@pytest.mark.parametrize(
    ("one", "two"), [("a\nb\nc", "A\n"), ("a\nb", "A\nB\nC\n"), ("a\n\n\n", ""), ("a\nb\n", "A\nB\n\n")]
)
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_files_that_differ_in_length_are_refused_whole(one: str, two: str, suffix: str) -> None:
    import gzip

    import zstandard

    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[suffix]
    (bad,) = opened("moses", {f"f.en{suffix}": pack(one.encode()), f"f.sw{suffix}": pack(two.encode())})
    assert isinstance(bad, Reject) and (bad.row, bad.kind, bad.unread) == (0, "files differ in length", len(one))
    assert bad.units == max(len(one.splitlines()), len(two.splitlines()))


def test_files_that_differ_in_length_inside_an_archive() -> None:
    import zipfile

    with zipfile.ZipFile("x.zip", "w") as packed:
        for name, content in {**SIDES, "more.en": b"dog\n", "more.sw": b"mbwa\npaka\n"}.items():
            packed.writestr(name, content)
    found = opened("moses", {"x.zip": Path("x.zip").read_bytes()}, member="*")
    assert [each.units for each in found if isinstance(each, Reject)] == [2, 1]
    assert [each.text for each in found if isinstance(each, RawDocument)] == ["dog", "cat", "last"]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_pairs_before_the_damage_are_kept(suffix: str) -> None:
    import gzip
    import random

    import zstandard

    pack = {".gz": gzip.compress, ".zst": zstandard.compress}[suffix]
    lines = ["".join(random.Random(row).choices("ابتثجحخد", k=50)) for row in range(20_000)]
    packed = pack("\n".join(lines).encode())
    found = opened("moses", {f"f.ar{suffix}": packed[: len(packed) // 2], "f.en": b"line\n" * 20_000})
    good = [each.text for each in found if isinstance(each, RawDocument)]
    assert 5_000 < len(good) < 15_000 and good == lines[: len(good)]
    assert set(kinds(found)) == {"broken file", "no counterpart"} and len(found) == 20_000


def test_pairs_inside_a_zip_archive() -> None:
    import zipfile

    with zipfile.ZipFile("opus.zip", "w") as packed:
        for name, content in {**SIDES, "README": b"read me", "lone.en": b"x"}.items():
            packed.writestr(f"T/{name}", content)
    found = opened("moses", {"opus.zip": Path("opus.zip").read_bytes()}, member="*.??")
    assert [each.text for each in found if isinstance(each, RawDocument)] == ["dog", "cat", "last"]
    assert kinds(found) == ["no pair", "invalid UTF-8"]
