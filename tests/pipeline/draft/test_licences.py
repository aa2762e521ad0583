"""Licences as files about the data name them."""

from pathlib import Path

import pytest

from emma.pipeline.draft.licences import count_stated, find_licence, name_licence, read_licences, read_stated
from emma.pipeline.draft.places import Place, PlaceFile


@pytest.mark.parametrize(
    "text, found",
    [
        ("---\nlicense: cc-by-sa-4.0\n---\nUses code under the MIT License.", ["CC-BY-SA-4.0"]),
        ("---\nlicense:\n- apache-2.0\n---\n", ["Apache-2.0"]),
        ("Released under CC BY 4.0.", ["CC-BY-4.0"]),
        ("Creative Commons Attribution-ShareAlike 3.0 Unported", ["CC-BY-SA-3.0"]),
        ("CC BY-NC-SA 4.0", ["CC-BY-NC-SA-4.0"]),
        ("CC0 1.0 Universal", ["CC0-1.0"]),
        ("Permission is hereby granted, free of charge, to any person obtaining a copy of this", ["MIT"]),
        ("Apache License\nVersion 2.0, January 2004", ["Apache-2.0"]),
        ("Haki zote zimehifadhiwa.", []),
    ],
)
def test_phrases(text: str, found: list[str]) -> None:
    assert read_licences(text) == found


def test_the_nearest_file_counts_and_several_decide_nothing() -> None:
    about = (("README.md", "MIT License"), ("a/LICENSE", "CC BY 4.0"), ("b/README", "CC BY 4.0 and CC0"))
    assert find_licence(about, "a") == ("CC-BY-4.0", "a/LICENSE")
    assert find_licence(about, "c") == ("MIT", "README.md")
    assert find_licence(about, "b")[0] == "" and "several" in find_licence(about, "b")[1]
    assert find_licence((), "a") == ("", "")


@pytest.mark.parametrize(
    "text, stated",
    [
        ("# Agupi\n\n##\nYaw pɛ nsuo.\n\n* License: [CC-BY]\n* Text: Mercy Ketor\n", "CC-BY"),
        ("---\ntitle: ታሪክ\nlicense: cc-by-sa-4.0\n---\nአንድ ቀን", "CC-BY-SA-4.0"),
        ('<TEI><licence target="https://creativecommons.org/licenses/by/4.0/"/><p>Текст</p></TEI>', "CC-BY-4.0"),
        ('<licence target="http://creativecommons.org/publicdomain/zero/1.0/">CC0 1.0</licence>', "CC0-1.0"),
        ("<dc:rights>Creative Commons Attribution-NonCommercial</dc:rights>", "CC-BY-NC"),
        ("<license><license-p>distributed under the Creative Commons Attribution License, which permits</license-p>"
         "</license>", "CC-BY"),
        ('<a rel="license" href="https://creativecommons.org/licenses/by-nc-sa/3.0/">ⵜⴰⵎⴰⵣⵉⵖⵜ</a>', "CC-BY-NC-SA-3.0"),
        ('<meta name="DC.rights" content="CC BY-ND 4.0">', "CC-BY-ND-4.0"),
        ("# license = EUPL-1.2\n# text = Mun lean", "EUPL-1.2"),
        ("<rights>All rights reserved.</rights>", "All rights reserved"),
        ("<license>MIT License</license> <license>CC BY 4.0</license>", ""),  # several
        ("A story about the MIT License, and nothing of its own.", ""),
        ("license: other", ""),
        ("Leseni: CC BY 4.0", ""),
    ],
)  # fmt: skip
def test_what_a_file_says_of_itself(text: str, stated: str) -> None:
    assert read_stated(text) == stated


def test_files_from_the_first_to_the_last_are_looked_at() -> None:
    heads = [b"license: CC-BY-4.0\n"] * 120 + [b"license: MIT\n"] * 9
    files = [PlaceFile("a.zip", 0, f"{at}.md", head) for at, head in enumerate(heads)]
    assert count_stated(Place(Path(), tuple(files), (), ()), files) == {"CC-BY-4.0": 40, "MIT": 3}


def test_a_long_sentence_is_no_name_of_a_licence() -> None:
    assert name_licence("You may read it to your children. " * 3) == ""
