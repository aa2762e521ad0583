"""Options that several commands share."""

import argparse

import pytest

from emma.cli.main import main
from emma.cli.options import parse_place, parse_positive, parse_url


def test_a_store_is_a_url(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["status", "--store", "a/folder"])
    assert stopped.value.code == 2
    assert "s3://bucket/prefix" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("parse", "good", "bad"),
    [
        (parse_url, "s3://bucket/prefix", "a/folder"),
        (parse_positive, "3", "0"),
        (parse_place, "head:6379", "remote"),
    ],
)
def test_values_of_options(parse, good: str, bad: str) -> None:
    assert str(parse(good)) == good
    with pytest.raises(argparse.ArgumentTypeError, match=bad):
        parse(bad)
