"""What a mix went through, and who is whose relative."""

from types import SimpleNamespace
from typing import Any

import pytest

from emma.inspect.cost import observations
from emma.inspect.cost.observations import Mix, list_relatives, sum_bytes_seen


def test_bytes_count_as_often_as_they_are_seen() -> None:
    plan = [
        {"lang": "zgh_Tfng", "bytes": 100, "epochs": 2.5},
        {"lang": "zgh_Tfng", "bytes": 40, "epochs": 0.5},
        {"lang": "hau_Latn", "bytes": 10, "epochs": 0.0},
    ]
    assert sum_bytes_seen(plan) == pytest.approx({"zgh_Tfng": 270.0, "hau_Latn": 0.0})


def test_tokens_count_as_often_as_they_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = [{"lang": "zgh_Tfng", "bytes": 100, "tokens": 40, "epochs": 2.5}]
    monkeypatch.setattr(observations, "find_input", lambda *_: None)
    monkeypatch.setattr(observations, "read_rows", lambda *_: plan)
    run: Any = SimpleNamespace(name="one", home=None, artifact=lambda _: None)
    assert observations.read_mix(run) == Mix("one", {"zgh_Tfng": 250.0}, 100)


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
    near = list_relatives("hau_Latn", seen)
    assert list(near.items()) == [("arb_Arab", 9.0), ("hau_Arab", 7.0), ("zgh_Tfng", 5.0)]
    assert list_relatives("hin_Deva", seen) == {}
    assert list_relatives("nqo_Nkoo", seen) == {}
    assert list_relatives("eus_Latn", seen) == {}
