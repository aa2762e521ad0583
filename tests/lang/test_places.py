"""Points, areas and families of languages, against places that anybody can look up, and a slow reference."""

import math

import pytest
from iso639 import ALL_LANGUAGES

from emma.lang.places import NOWHERE, Place, find_middle, find_place, read_places

MACROAREAS = ("Africa", "Australia", "Eurasia", "North America", "Papunesia", "South America")


@pytest.mark.parametrize(
    ("iso", "box", "area", "family"),
    [  # west, south, east, north
        ("swh", (34, -12, 42, 5), "Africa", "Atlantic-Congo"),
        ("hin", (73, 20, 84, 32), "Eurasia", "Indo-European"),
        ("khm", (102, 10, 108, 15), "Eurasia", "Austroasiatic"),
        ("haw", (-161, 18, -154, 23), "Papunesia", "Austronesian"),
        ("smo", (-174, -15, -169, -12), "Papunesia", "Austronesian"),
        ("eus", (-4, 42, 0, 44), "Eurasia", "isolate"),
        ("quz", (-74, -16, -69, -12), "South America", "Quechuan"),
        ("zgh", (-12, 27, 0, 36), "Africa", "Afro-Asiatic"),  # a variety, for Glottolog
    ],
)
def test_languages_stand_where_they_are_spoken(
    iso: str, box: tuple[float, float, float, float], area: str, family: str
) -> None:
    place = find_place(iso)
    assert place.point
    assert box[:2] < place.point < box[2:]
    assert box[1] < place.point[1] < box[3]
    assert (place.macroarea, place.family) == (area, family)


@pytest.mark.parametrize(("macro", "member"), [("ara", "arb"), ("zho", "cmn"), ("fas", "pes"), ("est", "ekk")])
def test_a_macrolanguage_stands_where_the_member_does_that_stands_for_it(macro: str, member: str) -> None:
    assert macro not in read_places()
    assert find_place(macro) == find_place(member)


def test_what_is_no_language_is_nowhere_and_what_is_spoken_nowhere_has_no_point() -> None:
    assert find_place("zxx") == find_place("qaa") == NOWHERE
    assert find_place("tok").point is None
    assert find_place("tok").family == "Artificial Language"


def test_the_middle_is_found_across_the_antimeridian() -> None:
    places = [Place(name, 0.0, east, "", "") for name, east in (("a", 170.0), ("b", -179.0), ("c", -170.0))]
    assert find_middle(places).glottocode == "b"
    assert find_middle([NOWHERE, *places[:1]]).glottocode == "a"
    assert find_middle([NOWHERE]) is NOWHERE
    assert find_middle([Place("x", None, None, "Africa", "")]).glottocode == "x"
    north = [Place(name, degrees, 0.0, "", "") for name, degrees in (("a", 0.0), ("b", 40.0), ("c", 80.0))]
    assert find_middle(north).glottocode == "b"


def test_the_table_has_what_languages_need() -> None:
    table = read_places()
    living = [each.part3 for each in ALL_LANGUAGES if each.type == "L" and each.scope == "I" and each.status == "A"]
    known = [code for code in living if find_place(code).point]
    assert len(known) / len(living) > 0.98
    assert {place.macroarea for place in table.values()} <= {*MACROAREAS, ""}
    for place in table.values():
        assert place.point is None or (abs(place.point[0]) <= 180 and abs(place.point[1]) <= 90)
        assert place.family
        assert not math.isnan(place.latitude or 0.0)
