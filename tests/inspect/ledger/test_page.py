"""The page of a ledger, made of a summary by hand."""

from typing import Any

from emma.inspect.ledger.page import render_page
from emma.inspect.ledger.summary import LanguageRow, LedgerSummary, SourceRow

SOURCE: SourceRow = {
    "source": "أخبار", "licence": "CC-BY-4.0", "redistribution": "derived", "origin": "", "languages": 2,
    "documents": 12, "tokens": 400, "tokens_seen": 800,
}  # fmt: skip
LANGUAGES: list[LanguageRow] = [
    {"lang": lang, "sources": 1, "documents": 6, "tokens": 200, "tokens_seen": 400} for lang in ("khm_Khmr", "nqo_Nkoo")
]
LEDGER = LedgerSummary("demo", 12, 800, {"derived": 12}, [SOURCE], LANGUAGES)


def test_a_screen_reader_stumbles_over_nothing(page_findings: Any) -> None:
    assert page_findings(render_page(LEDGER)) == []
