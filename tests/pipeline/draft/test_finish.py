"""Names, domains and licences of sources, and what of them may be lost."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from emma.pipeline.draft.finish import find_domain, make_name
from emma.pipeline.draft.groups import Group, group_files
from emma.pipeline.draft.places import find_place
from emma.pipeline.draft.run import NewAnswer
from tests.pipeline.draft.test_run import draft, lay_out

STORY = "# Agupi\n\n##\n{}\n\n##\n* License: [{}]\n* Text: Mercy Ketor\n* Language: sw\n"


def licences(answer: NewAnswer) -> dict[str, list[str]]:
    """Doubts about licences, by licence."""
    return {
        source.config.licence: [doubt.text for doubt in source.doubts if doubt.setting == "licence"]
        for source in answer.draft.sources
    }


@pytest.mark.parametrize(
    "said, readme, licence, doubts",
    [
        (("CC-BY 4.0", "CC BY 4.0"), "", "CC-BY-4.0", []),
        (("CC-BY", "CC BY"), "", "CC-BY", ["Its files say CC-BY, no SPDX name"]),
        (("CC BY 4.0", "CC BY 4.0"), "MIT License", "CC-BY-4.0", ["and README.md says MIT"]),
        (("CC BY 4.0", "CC0"), "MIT License", "MIT", ["1 say CC-BY-4.0, 1 say CC0-1.0. A source has one licence"]),
        (("CC BY 4.0", "none"), "", "unknown", ["no file beside it", "1 say CC-BY-4.0, 1 say nothing"]),
    ],
)
def test_licences_inside_and_beside(
    said: tuple[str, str], readme: str, licence: str, doubts: list[str], tmp_path: Path
) -> None:
    texts = {f"{n}.md": STORY.format("Mtoto alikwenda sokoni.", name) for n, name in enumerate(said)}
    place = lay_out(tmp_path / "mine", texts | ({"README.md": readme} if readme else {}))
    answer, _ = draft(place, tmp_path / "r.toml")
    ((found, told),) = licences(answer).items()
    assert found == licence and len(told) == len(doubts)
    assert all(word in text for word, text in zip(doubts, told, strict=True))
    text = " ".join((tmp_path / "r.toml").read_text().replace("\n# ", " ").split())
    assert all(word in text for word in doubts)  # the recipe says it too


@pytest.mark.parametrize("others, licence", [("CC-BY-SA-4.0", "CC-BY-SA-4.0"), ("CC0-1.0", "unknown")])
def test_a_column_of_licences(others: str, licence: str, tmp_path: Path) -> None:
    rows = [{"text": f"የዛሬ ዜና ጥሩ ነው {n}", "lang": "am", "license": "cc-by-sa-4.0" if n else others} for n in range(9)]
    place = lay_out(tmp_path / "mine", {"a.jsonl": "\n".join(json.dumps(row) for row in rows)})
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert recipe.collect.sources[0].keep == ("license",)
    ((found, told),) = licences(answer).items()
    assert found == licence and len(told) == (2 if licence == "unknown" else 0)


def group_of(files: Mapping[str, str], folder: Path) -> Group:
    """The one group of some files."""
    (group,) = group_files(find_place([lay_out(folder, files)]))
    return group


@pytest.mark.parametrize(
    "name, reader, domain",
    [
        ("radio/news_2024.txt", "text", "news"),
        ("biblia/mwanzo.txt", "text", ""),
        ("bible/gen.txt", "text", "religion"),
        ("a/strings.xml", "android", "interface"),  # the format says it
        ("hadithi/story-1.txt", "text", "story"),
    ],
)
def test_domains(name: str, reader: str, domain: str, tmp_path: Path) -> None:
    assert find_domain(reader, group_of({name: "Habari za leo"}, tmp_path)) == domain


def test_names_of_sources(tmp_path: Path) -> None:
    place = find_place([lay_out(tmp_path / "my texts", {"data/a.txt": "Habari", "b-c.d.txt": "Habari"})])
    group = Group([place.files[0]], group_files(place)[0].guess, "")
    assert make_name(place, group, []) == "b-c"
    group.folder = "x/hadithi za watoto.tar.gz"
    assert make_name(place, group, []) == "hadithi-za-watoto"
    assert make_name(place, group, ["hadithi-za-watoto"]) == "hadithi-za-watoto-text"
    assert make_name(place, group, ["hadithi-za-watoto", "hadithi-za-watoto-text"]) == "hadithi-za-watoto-text-2"
    group.folder = "data"  # which says nothing
    assert make_name(place, group, []) == "my-texts"
    group.split, group.config = "held out", "sw/2024"
    assert make_name(place, group, []) == "sw-2024-test"


def test_a_source_has_no_name_of_a_folder_above_the_one_that_was_given(tmp_path: Path) -> None:
    lay_out(tmp_path / "sara/texts", {"data.txt": "habari za leo asubuhi\n" * 3})
    answer, _ = draft(tmp_path / "sara/texts", tmp_path / "r.toml")
    assert answer.draft.sources[0].config.name == "texts"
