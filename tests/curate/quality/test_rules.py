"""The table of rules: every feature on both sides, each with a reason of its own."""

from typing import get_args

from emma.curate.config import Feature
from emma.curate.quality.rules import JUDGED, PAIR_FEATURES, RULES, SCORE
from emma.schemas import FEATURES


def test_every_feature_has_a_rule_on_both_sides_and_no_two_share_a_reason() -> None:
    assert get_args(Feature) == (*FEATURES, SCORE)
    assert {(rule.feature, rule.side) for rule in RULES} == {
        (feature, side) for feature in get_args(Feature) for side in ("low", "high")
    }
    assert len({rule.reason for rule in RULES}) == len(RULES) < 255
    assert set(FEATURES) - {rule.feature for rule in JUDGED} == {"numeral_share"}
    assert set(FEATURES) > PAIR_FEATURES
