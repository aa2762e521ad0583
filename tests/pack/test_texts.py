"""Pairs of translations as texts: both ways, by the template, under the rarer language."""

import pytest

from tests.pack.test_run import ids_of, run, texts_of

PAIRS = [
    {"lang": "eng_Latn", "text": f"hello {number}", "lang2": "amh_Ethi", "text2": f"ሰላም {number}", "domain": "bitext"}
    for number in range(40)
]


def test_pairs_go_both_ways_and_belong_to_the_rarer_language(make_artifact, make_work, vocab) -> None:
    rows = [*PAIRS, {"lang": "eng_Latn", "text": "a lot of English"}, {"lang": "amh_Ethi", "text": "ሰው"}]
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"] * len(rows))
    found = texts_of(made, index)["amh_Ethi", "bitext", "train"]
    ways = [
        (f"eng_Latn: hello {number}\namh_Ethi: ሰላም {number}", f"amh_Ethi: ሰላም {number}\neng_Latn: hello {number}")
        for number in range(40)
    ]
    assert all(text in each for text, each in zip(found, ways, strict=True))
    assert 8 < sum(text == each[0] for text, each in zip(found, ways, strict=True)) < 32
    assert ("eng_Latn", "bitext", "train") not in texts_of(made, index)


def test_pairs_follow_the_template(make_artifact, make_work, vocab) -> None:
    rows = [{**PAIRS[0], "text": "{x}"}]
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"], bitext_template="{text} ⇔ {text2}")
    (texts,) = texts_of(made, index).values()
    assert texts[0] in ("{x} ⇔ ሰላም 0", "ሰላም 0 ⇔ {x}")


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_how_many_pairs_are_reversed(share: float, make_artifact, make_work, vocab) -> None:
    rows = PAIRS * 5
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"] * len(rows), bitext_reversed=share)
    (texts,) = texts_of(made, index).values()
    assert sum(text.startswith("amh") for text in texts) / len(texts) == pytest.approx(share, abs=0.1 * (0 < share < 1))


def test_pairs_are_written_both_ways_with_names(make_artifact, make_work, vocab) -> None:
    rows = [*PAIRS[:3], {"lang": "eng_Latn", "text": "alone"}]
    template = "{name} ({lang}): {text} | {name2} ({lang2}): {text2} {{}}"
    changes = {"bitext_both": True, "bitext_template": template}
    made, index = run(make_artifact, make_work("pack"), vocab, rows, ["train"] * 4, **changes)
    found = texts_of(made, index)["amh_Ethi", "bitext", "train"]
    assert found[:2] == [
        "English (eng_Latn): hello 0 | Amharic (amh_Ethi): ሰላም 0 {}",
        "Amharic (amh_Ethi): ሰላም 0 | English (eng_Latn): hello 0 {}",
    ]
    assert len(found) == 6 and made.counts["texts"] == 7
    assert made.counts["rows_in"] == made.counts["rows_out"] == 4
    assert ids_of(made, index)["amh_Ethi", "bitext", "train"] == [f"test:file#{n}" for n in (1, 1, 2, 2, 3, 3)]
