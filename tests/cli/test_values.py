"""What options may hold, and what is said of anything else."""

import argparse
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.cli.values import (
    parse_amount,
    parse_count,
    parse_folder,
    parse_page,
    parse_place,
    parse_positive,
    parse_url,
)


@pytest.mark.parametrize(
    ("parse", "good", "bad"),
    [
        (parse_url, "s3://bucket/prefix", ["a/folder"]),
        (parse_positive, "3", ["0", "-1", "x", "", "1.5"]),
        (parse_count, "0", ["-1", "x"]),
        (parse_amount, "0.5", ["0", "-1", "nan", "inf", "x", ""]),
        (parse_place, "head:6379", ["remote"]),
    ],
)
def test_values_of_options(parse, good: str, bad: list[str]) -> None:
    assert str(parse(good)) == good
    for each in bad:
        with pytest.raises(argparse.ArgumentTypeError, match=f"'{each}' is not "):
            parse(each)


def test_paths(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert parse_folder(str(tmp_path / "new")) == tmp_path / "new"
    for path in (file, file / "below"):
        with pytest.raises(argparse.ArgumentTypeError, match=f"'{file}' is a file; name a folder"):
            parse_folder(str(path))
    assert parse_page(str(file)) == file
    with pytest.raises(argparse.ArgumentTypeError, match=r"is a folder; name a file, such as .*page\.html"):
        parse_page(str(tmp_path))
    with pytest.raises(argparse.ArgumentTypeError, match=r"there is no folder .*none to write 'a\.html' into"):
        parse_page(str(tmp_path / "none" / "a.html"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["run", "r.toml", "--home", "FILE"], "--home: 'FILE' is a file; name a folder"),
        (["tasks", "sib200", "--shots", "-1"], "--shots: '-1' is not a whole number from 0"),
        (["tasks", "sib200", "--data", "FILE"], "--data: 'FILE' is a file"),
        (["plan", "r.toml", "--tokens-per-second", "0"], "--tokens-per-second: '0' is not a number above 0"),
        (["audit", "eng_Latn", "--html", "."], "--html: '.' is a folder"),
        (["lid", "train", "r.toml", "--out", "FILE"], "--out: 'FILE' is a file"),
    ],
)
def test_they_are_refused_before_any_work(
    given: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "FILE"
    file.touch()
    with pytest.raises(SystemExit) as stopped:
        main([str(file) if each == "FILE" else each for each in given])
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err.replace(str(file), "FILE")
