"""Licences as files about the data name them."""

import pytest

from emma.pipeline.draft.licences import find_licence, read_licences


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
