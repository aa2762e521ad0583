"""What a person is told about a code."""

import subprocess
import sys

import pytest

from emma.lang.explain import explain


def test_a_language() -> None:
    rows = dict(explain("swh"))
    assert rows["label"] == "swh_Latn"
    assert rows["scope"] == "individual language, living"
    assert rows["macrolanguage"] == "swa Swahili (macrolanguage)"
    assert "members" not in rows


def test_a_macrolanguage_has_members_and_scripts() -> None:
    rows = dict(explain("zh"))
    assert "cmn Mandarin Chinese" in rows["members"]
    assert {"Hans", "Hant"} <= set(rows["likely scripts"].split(", "))
    assert rows["likely scripts"].startswith("Hans")


def test_a_refusal_is_told_not_raised() -> None:
    rows = dict(explain("eml"))
    assert rows.keys() == {"code", "refused"}
    assert "egl" in rows["refused"]


@pytest.mark.parametrize(
    ("code", "written", "macrolanguage"),
    [("twi", "twi_Latn", "aka Akan"), ("tw", "twi_Latn", "aka Akan"), ("aaa", "aaa_Yyyy", None)],
)
def test_a_language_of_unknown_script_is_not_refused(code: str, written: str, macrolanguage: str | None) -> None:
    rows = dict(explain(code))
    assert not rows.keys() & {"refused", "label"}
    assert "from the text" in rows["script"] and written in rows["script"]
    assert rows["name"] in ("Twi", "Ghotuo") and rows["scope"] == "individual language, living"
    assert rows.get("macrolanguage") == macrolanguage


@pytest.mark.parametrize("code", ["xyz1", "qqq", "twi_Xxxx", "und", ""])
def test_unknown_codes_stay_refused(code: str) -> None:
    assert dict(explain(code)).keys() == {"code", "refused"}


def test_the_package_imports_nothing() -> None:
    code = "import sys; import emma.lang; print('numpy' in sys.modules, 'iso639' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
