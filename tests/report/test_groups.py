"""Groups of languages: what each counts, in which order, and that nobody is lost or counted twice."""

from dataclasses import replace

from emma.report.groups import GROUPINGS, group_languages, summarise_groups
from emma.report.languages import LanguageRow

ROW = LanguageRow(
    "swh_Latn", "Swahili", "Latn", "1–10 MB", family="Atlantic-Congo", area="Africa", tier="low", measured=True,
    bits_per_byte=1.0, bits_per_byte_base=2.0, gain=1.0, improved=True,
)  # fmt: skip
ROWS = [
    ROW,
    replace(ROW, lang="yor_Latn", tier="high", bits_per_byte=2.0, bits_per_byte_base=5.0),
    replace(ROW, lang="hin_Deva", script="Deva", family="Indo-European", area="Eurasia", tier="medium"),
    replace(ROW, lang="nqo_Nkoo", script="Nkoo", family=None, area=None, tier=None, measured=False, gain=None),
    replace(ROW, lang="zxx_Zyyy", script="Zyyy", family=None, area=None, tier=None),
]


def test_every_language_is_in_one_group_of_each_kind_or_has_none() -> None:
    counts = {each["field"]: sum(group["languages"] for group in each["groups"]) for each in group_languages(ROWS)}
    assert counts == {"size_band": 4, "tier": 3, "area": 3, "family": 3, "script": 4}


def test_tiers_have_their_order_and_families_that_of_their_size() -> None:
    assert [group["group"] for group in summarise_groups(ROWS[:4], "tier")] == ["low", "medium", "high"]
    assert [group["group"] for group in summarise_groups(ROWS[:4], "family")] == ["Atlantic-Congo", "Indo-European"]


def test_means_count_every_language_once() -> None:
    first = summarise_groups(ROWS[:4], "area")[0]
    assert (first["group"], first["bpb_base"], first["bpb_adapted"]) == ("Africa", 3.5, 1.5)
    assert (first["languages_improved"], first["averaged"]) == (2, 2)


def test_what_is_the_same_for_all_is_no_grouping() -> None:
    assert [each["field"] for each in group_languages([ROW])] == ["size_band"]
    assert next(iter(GROUPINGS)) == "size_band"
