"""Templates are filled in with values escaped, and a name that one misses is an error."""

from pathlib import Path

import pytest

from emma.ui.html import card_number, escape_cell, isolate_rtl, page_script, page_style, render_markdown, render_page

jinja2 = pytest.importorskip("jinja2")


def test_a_page_escapes_its_values_and_has_the_numbers(tmp_path: Path) -> None:
    (tmp_path / "page.html.jinja").write_text("<p>{{ text }} {{ n.format_count(1234) }}</p>\n")
    assert render_page(tmp_path / "page.html.jinja", text="<ߒߞߏ>") == "<p>&lt;ߒߞߏ&gt; 1\u202f234</p>\n"


def test_style_and_script_lose_comments_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "page.html.jinja").write_text("{{ style }}{{ script }}")
    style = "/* a\n b */\np { /* c */\n  margin: 0; }\n"
    script = "// a\n  // b\n  f('http://x'); // c\n"
    page = render_page(tmp_path / "page.html.jinja", style=style, script=script)
    assert page == "p {margin: 0; }\nf(&#39;http://x&#39;); // c\n"


def test_the_form_says_how_many_and_has_room_for_more(tmp_path: Path) -> None:
    head = '{% extends "base.html.jinja" %}{% from "find.html.jinja" import find_languages %}'
    head += "{% block title %}ߒߞߏ{% endblock %}"
    form = (
        "{% call find_languages(rows, ['Nkoo']) %}<label>Tier</label>{% endcall %}{{ find_languages(rows * 1234, []) }}"
    )
    (tmp_path / "page.html.jinja").write_text(f"{head}{{% block body %}}{form}{{% endblock %}}")
    page = render_page(tmp_path / "page.html.jinja", style="", rows=[{"lang": "nqo_Nkoo"}, {"lang": "zxx_Zyyy"}])
    assert "<title>ߒߞߏ</title>" in page and "<option>Nkoo</option>" in page and page.count("<label>Tier") == 1
    assert ">1 language</output>" in page and ">1\u202f234 languages</output>" in page


def test_a_card_keeps_its_text_and_guards_its_cells(tmp_path: Path) -> None:
    (tmp_path / "card.md.jinja").write_text("| {{ text | cell }} | {{ 1234 | number }} | {{ 0.5 | number }} |\n")
    expected = "| <a> \\| हिन्दी | 1,234 | 0.500 |\n"
    assert render_markdown(tmp_path / "card.md.jinja", text="<a> |\nहिन्दी") == expected


def test_a_missing_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.html.jinja").write_text("{{ missing }}")
    with pytest.raises(jinja2.UndefinedError, match="missing"):
        render_page(tmp_path / "page.html.jinja")


def test_what_was_not_measured_is_a_dash() -> None:
    assert (card_number(None), escape_cell("a\n|")) == ("–", "a \\|")


@pytest.mark.parametrize("name", ["علي", "עלי", "ߊߓߎ", "A. علي"])
def test_names_from_the_right_stand_apart(name: str) -> None:
    assert isolate_rtl(name) == f"\u2068{name}\u2069"
    assert isolate_rtl("ⴰ. ⵎⴷⴰⵏ") == "ⴰ. ⵎⴷⴰⵏ"


def test_style_and_script_lie_in_the_package() -> None:
    assert "--ink" in page_style() and "addEventListener" in page_script()
