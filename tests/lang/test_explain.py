"""What a person is told about a code."""

import subprocess
import sys

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


def test_the_package_imports_nothing() -> None:
    code = "import sys; import emma.lang; print('numpy' in sys.modules, 'iso639' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
