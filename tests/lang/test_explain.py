"""What a person is told about a code."""

import subprocess
import sys

import pytest

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
