"""What speakers have found, as sentences."""

import pytest

from emma.report.audits import describe_audits, wilson_interval
from emma.report.config import Audit

GOOD = Audit(lang="nqo_Nkoo", by="Aïssata", date="2026-11-28", corpus="abc", rows=20, good=18, not_text=2)


def test_a_sentence_for_each_audit() -> None:
    later = GOOD.model_copy(update={"good": 20, "not_text": 0, "date": "", "corpus": "def"})
    first, second = describe_audits([GOOD, later], "abc")["nqo_Nkoo"]
    assert first.replace("\u202f", " ") == (
        "Aïssata read 20 documents drawn by chance on 2026-11-28: 18 are good (95 % interval 69.9 % to 97.2 %); "
        "2 no text."
    )
    assert second.endswith("20 are good (95 % interval 83.9\u202f% to 100.0\u202f%). The corpus has changed since.")


def test_the_interval_is_wilsons() -> None:
    statistics = pytest.importorskip("scipy.stats", reason="needs the evaluate extra")
    for good, rows in ((0, 1), (3, 20), (20, 20), (50, 99)):
        slow = statistics.binomtest(good, rows).proportion_ci(method="wilson")
        assert wilson_interval(good, rows) == pytest.approx((slow.low, slow.high), abs=1e-6)


def test_every_document_has_one_mark() -> None:
    with pytest.raises(ValueError, match="20 documents were read, and the marks are 19"):
        Audit(lang="nqo_Nkoo", by="A", corpus="abc", rows=20, good=19)
    with pytest.raises(ValueError, match="klingon"):
        Audit(lang="klingon", by="A", corpus="abc", rows=1, good=1)
