"""What a mix went through, and who is whose relative."""

import pytest

from emma.inspect.cost.observations import list_relatives, sum_bytes_seen


def test_bytes_count_as_often_as_they_are_seen() -> None:
    plan = [
        {"lang": "zgh_Tfng", "bytes": 100, "epochs": 2.5},
        {"lang": "zgh_Tfng", "bytes": 40, "epochs": 0.5},
        {"lang": "hau_Latn", "bytes": 10, "epochs": 0.0},
    ]
    assert sum_bytes_seen(plan) == pytest.approx({"zgh_Tfng": 270.0, "hau_Latn": 0.0})


def test_relatives_are_of_the_family_in_any_script_and_english_is_none() -> None:
    seen = {
        "zgh_Tfng": 5.0,
        "hau_Latn": 9.0,
        "hau_Arab": 7.0,
        "arb_Arab": 9.0,
        "eng_Latn": 99.0,
        "zxx_Zyyy": 50.0,
        "kor_Hang": 1.0,
    }
    assert list_relatives("hau_Latn", seen) == {"arb_Arab": 9.0, "hau_Arab": 7.0, "zgh_Tfng": 5.0}
    assert list_relatives("hin_Deva", seen) == {}
    assert list_relatives("nqo_Nkoo", seen) == {}
    assert list_relatives("eus_Latn", seen) == {}
