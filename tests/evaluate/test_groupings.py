"""Families of languages, of the table that a recipe names or of the one that EMMA brings."""

from pathlib import Path

from emma.evaluate.groupings import find_families
from emma.lang.language import CODE, Lang
from tests.conftest import TEXTS


def test_macrolanguages_have_the_family_of_the_member_that_is_mostly_meant(tmp_path: Path) -> None:
    langs = [Lang.parse(label) for label in ("swa_Latn", "zho_Hans", "eus_Latn")]
    brought = {"swa_Latn": "Atlantic-Congo", "zho_Hans": "Sino-Tibetan", "eus_Latn": "isolate"}
    assert find_families([*langs, CODE], None) == brought
    own = tmp_path / "languages.csv"
    own.write_text("ID,Name,ISO639P3code,Family_ID\nb,Bantu,,\ns,Swahili,swh,b\ne,Basque,eus,\n")
    assert find_families([*langs, CODE], own) == {"swa_Latn": "Bantu", "eus_Latn": "isolate"}


def test_every_script_of_the_tests_has_a_family() -> None:
    assert set(find_families([Lang.parse(label) for label in TEXTS], None)) == set(TEXTS)
