"""Every language is named once, in the group that says most of it."""

from typing import Any

from emma.release.verdicts import MOST, group_languages

PLAIN = {
    "name": "", "worse": False, "improved": False, "trained": True, "kept": True,
    "bits_per_byte": 2.0, "bits_per_byte_base": 3.0, "gain": 1.0,
}  # fmt: skip


def row(lang: str, **change: Any) -> dict[str, Any]:
    """A row of languages.json."""
    return {**PLAIN, "lang": lang, "name": lang[:3], **change}


def test_what_is_too_long_for_a_card() -> None:
    many = [row("tha_Thai", improved=True)] * (MOST + 1)
    (group,) = group_languages(many)
    assert group.is_too_long
    assert not group_languages(many[1:])[0].is_too_long


def test_groups_by_interval() -> None:
    rows = [
        row("tha_Thai", improved=True),
        row("tam_Taml", improved=True, bits_per_byte_base=8.1),
        row("yor_Latn", worse=True),
        row("nqo_Nkoo"),
        row("khm_Khmr", gain=None),
        row("amh_Ethi", bits_per_byte=None, gain=None),
        row("zgh_Tfng", bits_per_byte=None, gain=None, trained=False),
        row("mya_Mymr", bits_per_byte=None, gain=None, trained=False, kept=False),
        row("zxx_Zyyy", improved=True),
    ]
    found = {group.title: [each["lang"] for each in group.rows] for group in group_languages(rows)}
    assert found == {
        "Worse": ["yor_Latn"],
        "Better": ["tha_Thai"],
        "Better than a base that could not read them": ["tam_Taml"],
        "Not known": ["nqo_Nkoo"],
        "Measured without a base": ["khm_Khmr"],
        "Trained and not measured": ["amh_Ethi"],
        "In the corpus and not trained": ["zgh_Tfng"],
    }


def test_long_lists_are_folded() -> None:
    rows = [row(f"a{first}{second}_Latn", improved=True) for first in "abcdefg" for second in "abcdefgh"]
    (group,) = group_languages(rows)
    assert group.is_long
    assert not group_languages(rows[:40])[0].is_long
