"""`emma lang` as people and programs call it: what is printed, and the exit code."""

import json
from pathlib import Path

import pytest

from emma.cli.main import main


def test_codes_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lang", "sw", "iw"]) == 0
    printed = capsys.readouterr().out
    assert "swa_Latn" in printed and "deprecated: iw → he" in printed


def test_codes_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lang", "zh", "eml", "--json"]) == 1, "one of them is refused"
    chinese, emilian = json.loads(capsys.readouterr().out)
    assert (chinese["code"], chinese["label"]) == ("zh", "zho_Hans")
    assert (emilian["code"], emilian["kind"]) == ("eml", "retired")


def test_the_scheme(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lang", "als", "--scheme", "wiki"]) == 0
    assert "gsw_Latn" in capsys.readouterr().out


def test_lint_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = [f"{first}{second}_Yyyx,5" for first in "abc" for second in ("aa", "bb", "cc", "dd", "ee")]
    (tmp_path / "list.csv").write_text("\n".join(["swa_Latn,900", "swh_Latn,100", *small]))
    assert main(["lang", "lint", str(tmp_path / "list.csv"), "--small", "10"]) == 1
    printed = capsys.readouterr().out
    assert "swa_Latn: holds 90.0% of the family's text" in printed
    assert "wrong: not scripts of ISO 15924 (15, 6.98% of the tokens)" in printed
    assert "… and 3 more" in printed


def test_lint_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.txt").write_text("swh_Latn\nkat_Latn\n")
    assert main(["lang", "lint", str(tmp_path / "list.txt"), "--json"]) == 1
    audit = json.loads(capsys.readouterr().out)
    assert audit["kinds"] == {"implausible": {"findings": 1, "share": None}}
    assert audit["findings"][0]["labels"] == ["kat_Latn"] and audit["findings"][0]["line"] == 2


def test_a_clean_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.txt").write_text("swh_Latn\nkat_Geor\n")
    assert main(["lang", "lint", str(tmp_path / "list.txt")]) == 0
    assert "Nothing is wrong." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["lang", "lint"], ["lang", "lint", "a", "b"]])
def test_lint_needs_one_file(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_lint_needs_a_file_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lang", "lint", "nowhere.csv"]) != 0
    assert "list of languages" in capsys.readouterr().err
