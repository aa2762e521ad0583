"""Names of authors, where a licence asks for them, go out with the text; where nobody is named, it is said."""

import json
from pathlib import Path

import pytest

from emma.pipeline.draft.credits import is_credit
from tests.pipeline.draft.test_finish import STORY
from tests.pipeline.draft.test_run import draft, lay_out


@pytest.mark.parametrize(
    "licence, facts, kept",
    [
        ("CC-BY", {"author": "Abebe", "source_url": "a"}, ("author", "source_url")),
        ("CC-BY-SA-4.0", {"meta": {"translator": "Sara"}}, ("meta.translator",)),
        ("CC-BY-4.0", {"size": "small"}, ()),
        ("CC0-1.0", {"meta": {"translator": "Sara"}}, ()),
    ],
)
def test_columns_that_name_authors(
    licence: str, facts: dict[str, object], kept: tuple[str, ...], tmp_path: Path
) -> None:
    rows = [{"text": f"የዛሬ ዜና ጥሩ ነው {n}", "lang": "am", "license": licence, **facts} for n in range(9)]
    place = lay_out(tmp_path / "mine", {"a.jsonl": "\n".join(json.dumps(row) for row in rows)})
    answer, recipe = draft(place, tmp_path / "r.toml")
    assert set(recipe.collect.sources[0].keep) == {"license", *kept}
    asked = [doubt.text for doubt in answer.draft.doubts if doubt.setting == "keep"]
    assert len(asked) == (licence == "CC-BY-4.0") and all(
        "nothing that is read of these files" in text for text in asked
    )


def test_facts_of_stories_are_kept_and_plain_text_is_asked_about(tmp_path: Path) -> None:
    stories = {f"sw/{n}.md": STORY.format("Mtoto alikwenda sokoni.", "CC BY 4.0") for n in range(2)}
    answer, recipe = draft(lay_out(tmp_path / "mine", stories), tmp_path / "r.toml")
    assert recipe.collect.sources[0].keep == ("text",) and not answer.draft.doubts
    plain = lay_out(tmp_path / "plain", {"yor/a.txt": "Ìròyìn rere loni\n", "LICENSE": "CC BY 4.0"})
    answer, recipe = draft(plain, tmp_path / "p.toml")
    assert not recipe.collect.sources[0].keep
    assert [doubt.setting for doubt in answer.draft.doubts] == ["keep"]


def test_a_column_called_text_is_a_name_in_stories_alone() -> None:
    assert is_credit("text", "storybook") and not is_credit("text", "jsonl") and is_credit("meta.Author", "jsonl")
