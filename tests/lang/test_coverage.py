"""Which languages count, and where they are left out."""

from emma.lang.coverage import OTHER_LANGUAGE, drop_other_languages, removed_sources


def test_languages_that_the_recipe_does_not_keep_are_left_out_with_all_their_rows() -> None:
    rows = [
        {"lang": lang, "outcome": outcome, "documents": 1, "bytes": 9}
        for lang, outcome in (("swh_Latn", "train"), ("swh_Latn", OTHER_LANGUAGE), ("khm_Khmr", OTHER_LANGUAGE))
    ]
    assert drop_other_languages(rows) == rows[:2]


def test_a_source_is_removed_when_all_of_it_is() -> None:
    rows = [
        ("a", "removed", 3),
        ("a", "opted out", 1),
        ("b", "removed", 1),
        ("b", "train", 1),
        ("c", "train", 2),
        ("d", "train", 0),
    ]
    tally = [{"source": source, "outcome": outcome, "documents": count} for source, outcome, count in rows]
    assert removed_sources(tally) == {"a"}
