"""The report on tokenizers as a page."""

import re
from typing import Any
from xml.etree import ElementTree

from emma.inspect.vocab.page import render_page
from emma.inspect.vocab.report import VocabReport


def test_the_page(found: VocabReport) -> None:
    html = render_page(found)
    charts = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(charts) == 3
    for chart in charts:
        ElementTree.fromstring(chart)
    assert all(html.count(f'<tr id="{row.lang}"') == 1 for row in found.languages)
    assert not re.search(
        r"\bnan\b|\binf\b|None", re.sub(r"<style>.*?</style>|<script>.*?</script>", "", html, flags=re.DOTALL)
    )
    assert "http" not in re.sub(r'data:,|"http://www.w3.org[^"]*"', "", html)


def test_the_page_without_english_or_savings(found: VocabReport) -> None:
    alone = VocabReport(found.tokenizers, [row for row in found.languages if row.lang == "hau_Latn"], (), ("a <note>",))
    html = render_page(alone)
    assert len(re.findall("<svg", html)) == 1
    assert "no text stands beside English" in html
    assert "a &lt;note&gt;" in html


def test_a_screen_reader_stumbles_over_nothing(found: VocabReport, page_findings: Any) -> None:
    assert page_findings(render_page(found)) == []
