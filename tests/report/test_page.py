"""The page in a real browser, from disk: no request leaves, sorting and filters do what they say."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from emma.lang.tiers import TIER_NAMES
from emma.report.config import Audit, ReportConfig
from emma.report.run import report
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

from .synthetic import labels, run_artifacts
from .synthetic_validation import write_validation

pytestmark = pytest.mark.slow

LANGUAGES = 60


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, task_folder: Callable[..., Path]) -> Path:
    """A page with gaps, losses and right-to-left names."""
    store = tmp_path_factory.mktemp("store")

    def make(name: str, files: dict[str, pa.Table] | None = None, **parts: Any) -> Artifact:
        path = store / name
        path.mkdir()
        for file, table in (files or {}).items():
            shards.write(path / file, table)
        return Artifact(path, name, {}, {part: tuple(each) for part, each in parts.items()})

    out = store / "report"
    out.mkdir()
    work = Work(store, "report", 1, "0" * 20, out, Local(1), Reporter(quiet=True))
    inputs = run_artifacts(make, labels(LANGUAGES))
    write_validation(inputs["train"], labels(LANGUAGES))
    shutil.copytree(task_folder(), inputs["evaluate"].path, dirs_exist_ok=True)
    audit = Audit(lang="yor_Latn", by="Adé", corpus=inputs["curate"].key, rows=20, good=19, not_text=1)
    report(ReportConfig(audits=(audit,)), **inputs, work=work)
    return out / "index.html"


@pytest.fixture
def page(browser: Any, index: Path) -> Iterator[Any]:
    """The page, opened from disk; whatever it asked for or complained about is in `requests` and `complaints`."""
    page = browser.new_page()
    page.requests, page.complaints = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(index.as_uri())
    yield page
    page.close()


def column(page: Any, title: str) -> list[str | None]:
    """What a column shows, or is sorted by, in the order shown; None where nothing was measured."""
    cells: list[str] = page.evaluate(
        """title => {
            const heads = [...document.querySelectorAll("#table thead th")];
            const index = heads.findIndex(head => head.textContent.trim() === title);
            const rows = [...document.querySelectorAll("#table tbody tr:not([hidden])")];
            return rows.map(row => row.cells[index]).map(cell => cell.dataset.v ?? cell.textContent.trim());
        }""",
        title,
    )
    return [None if cell in ("", "–") else cell.replace("\u2212", "-") for cell in cells]


def list_shown(page: Any) -> list[str]:
    """Labels of the rows that are shown, in their order."""
    shown: list[str] = page.evaluate(
        "[...document.querySelectorAll('#table tbody tr:not([hidden])')].map(row => row.id)"
    )
    return shown


def press(page: Any, title: str) -> str:
    """Click a header and return its aria-sort."""
    button = page.locator("#table thead button").get_by_text(title, exact=True)
    button.click()
    state: str = button.locator("..").get_attribute("aria-sort")
    return state


def test_opens_from_disk_without_any_request_or_complaint(page: Any, index: Path) -> None:
    assert [url for url in page.requests if not url.startswith("data:")] == [index.as_uri()]
    assert page.complaints == []
    assert len(list_shown(page)) == LANGUAGES
    assert page.locator("figure svg").count() == 14


def read_number(cell: str) -> float:
    """A number as the page writes it, or the place of a tier among tiers."""
    if cell in TIER_NAMES:
        return TIER_NAMES.index(cell)
    number, _, unit = cell.replace("\u202f", " ").partition(" ")
    return float(number) * {"": 1, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]


@pytest.mark.parametrize("title", ["Gain", "Training text", "Bits/byte", "Tier", "Tokens/byte, base"])
def test_sorts_numbers_as_numbers_with_gaps_last(page: Any, title: str) -> None:
    seen = set()
    for _ in range(2):
        state = press(page, title)
        cells = column(page, title)
        measured = [read_number(cell) for cell in cells if cell is not None]
        assert measured == sorted(measured, reverse=state == "descending")
        assert cells[len(measured) :] == [None] * (LANGUAGES - len(measured))
        seen.add(state)
    assert seen == {"ascending", "descending"}
    assert page.locator("#table [aria-sort]").count() == 1


def test_some_gains_are_losses_and_some_are_missing(page: Any) -> None:
    cells = column(page, "Gain")
    assert None in cells
    assert any(cell is not None and cell.startswith("-") for cell in cells)


def test_sorts_words_and_from_the_keyboard(page: Any) -> None:
    page.locator("#table thead button").nth(1).focus()
    page.keyboard.press("Enter")
    cells = [cell for cell in column(page, "Script") if cell]
    assert cells == sorted(cells)


def test_every_table_can_be_sorted(page: Any) -> None:
    assert page.locator("thead th").count() == page.locator("thead th > button").count()
    view = open_language(page, "eng_Latn")
    assert view.locator("thead th").count() == view.locator("thead th > button").count() > 10


def test_program_code_is_a_row_and_no_language(page: Any) -> None:
    assert "zxx_Zyyy" in list_shown(page)
    page.fill("#find", "a")
    page.click("#clear")
    assert page.inner_text("#shown") == f"{LANGUAGES - 1} languages"


def test_filters_narrow_and_say_how_many(page: Any) -> None:
    page.fill("#find", "YORUBA")
    assert list_shown(page) == ["yor_Latn"]
    assert page.inner_text("#shown") == f"1 of {LANGUAGES - 1} languages"
    page.fill("#find", "")
    page.select_option("#script", "Arab")
    assert set(column(page, "Script")) == {"Arab"}
    page.select_option("#tier", "low")
    assert set(column(page, "Tier")) == {"low"} and set(column(page, "Script")) == {"Arab"}
    page.click("#clear")
    assert len(list_shown(page)) == LANGUAGES
    page.select_option("#verdict", "loss")
    assert column(page, "Gain")
    assert all(cell is not None and float(cell) < 0 for cell in column(page, "Gain"))
    page.select_option("#verdict", "none")
    assert set(column(page, "Gain")) == {None}


def test_the_filter_reaches_charts_and_other_tables(page: Any) -> None:
    page.select_option("#script", "Arab")
    shown = set(list_shown(page))
    dots = page.evaluate(
        """[...document.querySelectorAll("#charts path.dots:not(.faint)")]
            .map(path => path.getAttribute("d").split("M").length - 1)"""
    )
    assert 0 < max(dots) <= len(shown)
    others = page.evaluate("[...document.querySelectorAll('tr[data-lang]:not([hidden])')].map(row => row.dataset.lang)")
    assert others and set(others) <= shown


def test_groups_are_shown_one_kind_at_a_time(page: Any) -> None:
    page.select_option("#grouping", "family")
    shown = page.locator("#groups tbody:visible")
    assert shown.count() == 1 and shown.get_attribute("data-group") == "family"
    assert page.locator("#groups th span").inner_text() == "Family"
    page.locator("#groups thead button").nth(1).click()
    counts = [int(cell) for cell in shown.locator("td:nth-child(2)").all_inner_texts()]
    assert counts == sorted(counts, reverse=True) and sum(counts) <= LANGUAGES


def open_language(page: Any, lang: str) -> Any:
    """Open the page of a language by its address; returns it."""
    page.evaluate("lang => location.hash = lang", lang)
    view = page.locator("#language")
    view.locator("h1").wait_for()
    return view


def test_a_link_opens_a_language_whatever_is_filtered_and_back_returns(page: Any) -> None:
    page.fill("#find", "yoruba")
    view = open_language(page, "eng_Latn")
    assert view.locator("h1").inner_text() == "English"
    assert not page.locator("#overview").is_visible()
    assert page.title().startswith("English")
    page.go_back()
    page.locator("#overview").wait_for()
    assert list_shown(page) == ["yor_Latn"] and not view.is_visible()


def test_the_address_keeps_filter_and_order(page: Any, browser: Any) -> None:
    page.select_option("#script", "Arab")
    press(page, "Gain")
    press(page, "Gain")
    shown = list_shown(page)
    assert page.evaluate("location.hash") == "#script=Arab&sort=Gain"
    other = browser.new_page()
    other.goto(page.url)
    assert list_shown(other) == shown and other.locator("#table [aria-sort=ascending]").count() == 1
    assert other.locator("#charts path.faint").count() > 0
    other.goto(page.url.replace("Arab", "Nonesuch") + "&find=%C3%88d%C3%A8+Yor")
    other.wait_for_function("document.querySelectorAll('#table tbody tr:not([hidden])').length === 1")
    assert list_shown(other) == ["yor_Latn"] and other.input_value("#script") == ""  # by its own name
    assert other.evaluate("document.getElementById('script').selectedIndex") == 0  # "all" stands there, and no gap
    other.close()


def test_the_way_back_undoes_nothing(page: Any) -> None:
    before = list_shown(page)
    page.click("a[href='#charts'] >> nth=0")
    page.select_option("#script", "Arab")
    press(page, "Bits/byte")
    shown = list_shown(page)
    view = open_language(page, shown[1])
    view.get_by_role("link", name="All languages").click()
    page.locator("#overview").wait_for()
    assert list_shown(page) == shown and page.evaluate("location.hash") == "#script=Arab&sort=-Bits%2Fbyte"
    for _ in range(3):  # the language, its filtered list, and the page as it was opened
        page.go_back()
    page.locator("#overview").wait_for()
    page.wait_for_function("!location.hash")
    assert list_shown(page) == before and page.input_value("#script") == ""
    assert page.locator("#table [aria-sort]").inner_text().startswith("Training text")


def test_the_way_back_leads_to_where_one_was(page: Any) -> None:
    page.evaluate("scrollTo({top: 1500, behavior: 'instant'})")
    page.wait_for_function("scrollY === 1500")
    view = open_language(page, "yor_Latn")
    assert page.evaluate("scrollY") == 0
    view.get_by_role("link", name="All languages").click()
    page.wait_for_function("Math.abs(scrollY - 1500) < 3")


def test_a_browser_that_cannot_unpack_says_so(browser: Any, index: Path) -> None:
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(f"{index.as_uri()}#yor_Latn")
    page.locator("#language h1").wait_for()
    assert "languages.csv" in page.inner_text("#language")
    page.close()


def test_the_page_of_a_language_says_what_the_tables_say(page: Any) -> None:
    gain = dict(zip(list_shown(page), column(page, "Gain"), strict=True))["yor_Latn"]
    text = open_language(page, "yor_Latn").inner_text().replace("\u2212", "-")
    assert f"a gain of {gain} bits per byte" in text
    assert "No speaker has looked at it here" not in text
    assert "No speaker has looked at it here" in open_language(page, "nqo_Nkoo").inner_text()
    for part in (
        "Adé read 20 documents",
        "Èdè Yorùbá",
        "What would help most",
        "Benchmarks",
        "messages",
        "BSD-3-Clause",
        "near duplicate",
    ):
        assert part in text


@pytest.mark.parametrize("lang", ["nqo_Nkoo", "arb_Arab"])
def test_text_from_the_right_runs_from_the_right(page: Any, lang: str) -> None:
    view = open_language(page, lang)
    direction = "each => getComputedStyle(each).direction"
    for place in (".samples .adapted bdi", ".example bdi", ".answers tr:first-child td:last-child bdi"):
        assert view.locator(place).first.evaluate(direction) == "rtl", place
    columns = [view.locator(".answers tbody tr").first.locator("td").nth(index) for index in range(4)]
    places = [each.bounding_box()["x"] for each in columns]
    assert places == sorted(places)


def test_a_dot_says_its_language_and_can_be_followed(page: Any) -> None:
    chart = page.locator("#charts svg").first
    chart.scroll_into_view_if_needed()
    place = chart.evaluate(
        """svg => {
            const [x, y] = svg.querySelector("path.dots.gain").getAttribute("d").slice(1).split(/[ h]/).map(Number);
            const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
            return [at.x, at.y];
        }"""
    )
    page.mouse.move(*place)
    page.locator("#tip").wait_for()
    assert "bits per byte" in page.inner_text("#tip")
    page.mouse.click(*place)
    page.locator("#language h1").wait_for()
    assert page.inner_text("#language h1").startswith(page.inner_text("#tip b") or "")


def test_without_script_the_headline_and_the_table_can_be_read(browser: Any, index: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<script.*?</script>", "", index.read_text(encoding="utf-8"), flags=re.DOTALL), "utf-8")
    page = browser.new_page()
    page.goto(bare.as_uri())
    assert page.locator("#table tbody tr").count() == LANGUAGES
    assert "improved" in page.inner_text(".lead >> nth=0")
    assert not page.locator(".filters").is_visible()
    page.goto(f"{bare.as_uri()}#yor_Latn")
    assert page.locator("#yor_Latn").is_visible()
    page.close()


def test_right_to_left_names_stay_in_their_cell(page: Any) -> None:
    name = page.locator("#sources bdi", has_text="أخبار")
    assert name.evaluate("each => getComputedStyle(each).unicodeBidi") == "isolate"
    row = name.locator("xpath=ancestor::tr")
    places = [row.locator("th, td").nth(index).bounding_box()["x"] for index in range(7)]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_fits_the_width(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_column_fits_a_laptop(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator(".tall").evaluate("each => each.scrollWidth <= each.clientWidth")


def test_the_header_stays_in_view(page: Any) -> None:
    page.locator(".tall").evaluate("each => each.scrollTo(0, 400)")
    box, head = page.locator(".tall").bounding_box(), page.locator("#table thead th").first.bounding_box()
    assert abs(box["y"] - head["y"]) < 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for selector in (
        "body",
        ".lead",
        ".note",
        ".good",
        "#table td.gain",
        "#table td:empty",
        "#table td.unsure",
        "#table i",
    ):
        assert contrast(page, selector) >= 4.5, selector  # WCAG 2.2, success criterion 1.4.3
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.5) == (scheme == "dark")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["", "nqo_Nkoo"])
def test_a_screen_reader_stumbles_over_nothing(page: Any, width: int, lang: str, axe_findings: Any) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    if lang:
        open_language(page, lang)
    assert axe_findings(page) == []


def test_a_language_is_opened_by_keys_alone_and_has_the_focus(page: Any) -> None:
    page.focus("#find")
    page.keyboard.type("yorub")
    page.keyboard.press("Enter")
    page.locator("#language h1").wait_for()
    assert page.evaluate("document.activeElement.id") == "language"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#overview").wait_for()
    open_language(page, "yor_Latn")
    page.keyboard.press("Escape")
    page.locator("#overview").wait_for()
    assert page.evaluate("location.hash") == "#find=yorub"  # as the link back has it


def contrast(page: Any, selector: str) -> float:
    """WCAG contrast between an element's text and the page's ground."""
    text = page.locator(selector).first.evaluate("each => getComputedStyle(each).color")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG relative luminance of `rgb(r, g, b)`."""
    shares = [int(each) / 255 for each in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
