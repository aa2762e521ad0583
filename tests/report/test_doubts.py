"""What is said before one trusts a number."""

from emma.report.doubts import describe_hits, describe_personal


def test_contamination_is_said_before_one_trusts_it() -> None:
    rows = [
        {"benchmark": "sib200", "lang": "nqo_Nkoo", "documents": 5, "dropped": 4, "items": 1000, "items_hit": 12},
        {"benchmark": "flores200", "lang": "nqo_Nkoo", "documents": 0, "dropped": 0, "items": 997, "items_hit": 0},
    ]
    said = list(describe_hits(rows))
    assert said == ["12 of 1\u202f000 items of sib200 stood in its text; 4 documents were dropped for that"]


def test_personal_data_are_counted_over_all_sources() -> None:
    row = {"lang": "yor_Latn", "source": "a", "emails": 3, "ips": 0, "phones": None, "cards": 0}
    (said,) = describe_personal([row, {**row, "source": "b", "phones": 1}])
    assert "has 6 e-mail addresses, 1 phone numbers (" in said
    assert list(describe_personal([{**row, "emails": 0}])) == []
