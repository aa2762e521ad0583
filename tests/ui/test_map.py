"""The map: every language has its dot or is named below, it stays small, and one stop of the tab key is enough."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from emma.lang.places import read_places
from emma.ui.html import page_style
from emma.ui.map import MapPoint, draw_map, find_box, format_value, map_script, map_style, place_points
from emma.ui.projection import HEIGHT, WIDTH, project

SERBIAN = [MapPoint("srp_Cyrl", 12.0, 4_000_000), MapPoint("srp_Latn", 9.0, 2_000_000)]
SOME = [
    *SERBIAN,
    MapPoint("arb_Arab", 55.0, 10**9),
    MapPoint("eng_Latn", -1.25, 10**8),
    MapPoint("khm_Khmr", 3.0, 20_000, is_unsure=True),
    MapPoint("zgh_Tfng", None, 900),
    MapPoint("nqo_Nkoo", 20.0, 30_000),  # a written standard, which Glottolog gives no point
    MapPoint("zxx_Zyyy", 2.0, 10**6),
]


def many(count: int) -> list[MapPoint]:
    codes = [code for code, place in read_places().items() if place.point][:: len(read_places()) // count][:count]
    return [MapPoint(f"{code}_Latn", (at * 37) % 60 - 20.5, 10 ** (at % 9)) for at, code in enumerate(codes)]


def dots(page: str) -> dict[str, tuple[str, str]]:
    """Title and classes of each dot by label; raises where the SVG is not well formed."""
    svg = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    return {
        link.attrib["href"][1:]: (link[0].text or "", group.attrib["class"])
        for group in svg.iter("g")
        for link in group.iter("a")
    }


def test_every_language_has_a_dot_or_is_named_below() -> None:
    page = draw_map(SOME, "World map", "%")
    assert dots(page) == {
        "arb_Arab": ("Standard Arabic +55 %", "s5 p4"),
        "eng_Latn": ("English −1.2 %", "s5 m1"),
        "srp_Cyrl": ("Serbian (Cyrl) +12 %", "s3 p4"),
        "srp_Latn": ("Serbian (Latn) +9.0 %", "s3 p4"),
        "khm_Khmr": ("Khmer +3.0 %", "s1 unsure"),
        "zgh_Tfng": ("Standard Moroccan Tamazight", "s0 none"),
    }
    below = page[page.index("without a place") :]
    assert re.findall(r'href="#(\w+)"', below) == ["nqo_Nkoo", "zxx_Zyyy"]


def test_words_of_others_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names come from tables that others keep, titles and ends from callers."""
    monkeypatch.setattr("emma.lang.language.Lang.name", property(lambda self: f"<i>{self.iso639_3}</i>"))
    page = draw_map(SOME, 'A "<b>"', "%", ends=("<u>", "<s>"))
    assert not re.search("<[ibus]>[^<]", page.replace("<i>-", "").replace("<i>+", "").replace("<i>0", ""))
    assert "&lt;i&gt;khm&lt;/i&gt;" in page and "<bdi>&lt;i&gt;nqo&lt;/i&gt;</bdi>" in page
    assert 'aria-label="A &quot;&lt;b&gt;&quot;"' in page and ">&lt;u&gt;<" in page and ">&lt;s&gt;, %<" in page


def test_the_legend_is_of_what_is_there() -> None:
    def legend(*values: float) -> list[str]:
        page = draw_map([MapPoint("hin_Deva", value, 10) for value in values], "World map")
        return re.findall(r'<span class="([mp]\d)"><i>(.*?)</i>', page)  # type: ignore[return-value]

    assert legend(30.0) == [("m1", "0"), ("p1", "+10"), ("p2", "+20"), ("p3", "+30"), ("p4", "")]
    assert legend(-30.0, -30.0, 5.0)[:2] == [("m4", "−30"), ("m3", "−20")] and legend(-30.0, -30.0, 5.0)[-1] == (
        "p1",
        "",
    )
    unsure = [MapPoint("hin_Deva", 9.0, 10), *(MapPoint("khm_Khmr", 900.0, size, is_unsure=True) for size in range(9))]
    assert ("p4", "") in re.findall(r'<span class="([mp]\d)"><i>(.*?)</i>', draw_map(unsure, "World map"))
    assert 'class="map few"' in draw_map(SOME, "World map") and 'class="map"' in draw_map(many(300), "World map")


def test_of_two_at_one_place_the_larger_stands_on_it() -> None:
    placed = place_points(SERBIAN[::-1])
    assert placed[SERBIAN[0]] == place_points(SERBIAN[:1])[SERBIAN[0]]


def test_large_dots_are_drawn_before_small_ones() -> None:
    groups = re.findall(r'<g class="s(\d) (\w+)', draw_map([*many(300), MapPoint("hin_Deva", None, 10)], "World map"))
    assert groups[0] == ("0", "none")
    sizes = [size for size, _ in groups[1:]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_map_of_nothing_is_none() -> None:
    assert draw_map([], "World map") == draw_map(SOME[-2:], "World map") == ""


def test_languages_of_one_place_do_not_cover_one_another() -> None:
    first, second = (place_points(SERBIAN)[point] for point in SERBIAN)
    assert abs(complex(*first) - complex(*second)) == pytest.approx(4)


def test_nine_hundred_languages_take_less_than_100_kb() -> None:
    page = draw_map(many(900), "World map", "%")
    assert len(dots(page)) == 900
    assert len(page.encode()) < 100_000


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.0, "0.000 %"), (0.0421, "+0.042 %"), (-3.25, "−3.2 %"), (10.0, "+10 %"), (123.4, "+123 %")],
)
def test_values_have_few_digits(value: float | None, text: str) -> None:
    assert format_value(value, "%") == text


def test_a_part_of_the_world_lies_on_the_map() -> None:
    left, top, width, height = map(float, find_box(-20, -36, 55, 38).split())
    assert 0 < left < left + width < WIDTH
    assert 0 < top < top + height < HEIGHT
    # parallels are longest at the equator, which runs through it
    assert left <= project(-20, 0)[0] + 1 and left + width >= project(55, 0)[0] - 1


def test_a_browser_moves_between_dots_by_arrow_keys(tmp_path: Path, browser: Any) -> None:
    """One tab stop, of the first; east of England lies Serbia, then Arabia, then Cambodia; Enter follows the dot."""
    path = tmp_path / "map.html"
    style, script = page_style() + map_style(), map_script()
    path.write_text(f"<style>{style}</style>{draw_map(SOME, 'World map', '%')}<script>{script}</script>")
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    assert page.locator("svg a[tabindex='0']").count() == 1
    page.locator("svg a[tabindex='0']").focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "Home"):
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert seen == ["#srp_Cyrl", "#arb_Arab", "#khm_Khmr", "#arb_Arab", "#srp_Cyrl", "#eng_Latn"]
    assert page.locator("svg a[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/map.html#eng_Latn")
    page.click("text=Africa")
    assert page.locator("svg").get_attribute("viewBox") == find_box(-20, -36, 55, 38)
    assert errors == []
    page.close()
