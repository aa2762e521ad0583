"""What a person is told about a code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.lang.explain import explain


def test_a_language() -> None:
    rows = dict(explain("swh"))
    assert rows["label"] == "swh_Latn"
    assert rows["in itself"] == "Kiswahili"
    assert rows["scope"] == "individual language, living"
    assert rows["macrolanguage"].startswith("swa Swahili (macrolanguage)")
    assert not rows.keys() & {"members", "use", "remark"}


def test_a_macrolanguage_has_members_scripts_and_policies() -> None:
    rows = dict(explain("zh"))
    assert "cmn Mandarin Chinese" in rows["members"]
    assert {"Hans", "Hant"} <= set(rows["likely scripts"].split(", "))
    assert rows["likely scripts"].startswith("Hans")
    assert 'zho = "cmn"' in rows["use"] and '"script"' not in rows["use"]
    assert 'aze = "script" for Arab → azb, Latn → azj, Cyrl → azj' in dict(explain("az"))["use"]


def test_codes_and_scripts_of_others() -> None:
    rows = dict(explain("ger"))
    assert rows["codes"] == "deu (ISO 639-3), de (BCP 47), ger (ISO 639-2/B), de-formal (Wikimedia)"
    assert "als (Wikimedia)" in dict(explain("gsw"))["codes"]
    assert "Arab" in dict(explain("swa"))["also in"]


def test_remarks_tell_what_others_mean() -> None:
    assert 'gsw: give such a source scheme = "wiki"' in dict(explain("als"))["remark"]
    assert "not Cantonese" in dict(explain("yue_Hant"))["remark"]
    assert "remark" not in dict(explain("als", "wiki"))


def test_a_refusal_is_told_not_raised() -> None:
    rows = dict(explain("eml"))
    assert rows["kind"] == "retired" and "egl" in rows["refused"]
    assert "label" not in rows


@pytest.mark.parametrize("code", ["sfb", "sux", "mre"])
def test_a_language_of_unknown_script_is_not_refused(code: str) -> None:
    rows = dict(explain(code))
    assert not rows.keys() & {"refused", "label"}
    assert "from the text" in rows["script"] and f"{code}_Yyyy" in rows["script"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("xyz1", "unknown"), ("qqq", "pseudo"), ("twi_Xxxx", "script"), ("und", "special"), ("", "unknown")],
)
def test_unknown_codes_stay_refused(code: str, kind: str) -> None:
    rows = dict(explain(code))
    assert rows["kind"] == kind and "label" not in rows


def test_the_package_imports_nothing() -> None:
    code = "import sys; import emma.lang; print('numpy' in sys.modules, 'iso639' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


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
