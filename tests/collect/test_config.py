"""What the section refuses."""

import pytest
from pydantic import ValidationError

from emma.collect.config import CollectConfig, SourceConfig


def source(**changes: object) -> dict[str, object]:
    return {"name": "a", "reader": "jsonl", "path": "a.jsonl", "licence": "CC0-1.0", **changes}


def test_two_sources_of_one_name() -> None:
    with pytest.raises(ValidationError, match="two sources are called 'a'"):
        CollectConfig.model_validate({"sources": [source(), source(path="b.jsonl")]})


@pytest.mark.parametrize("path", ["/etc/*", "../up.jsonl", "a/../../b", "stdlib:/etc/*", "package:", ""])
def test_paths_outside_the_data_folder(path: str) -> None:
    with pytest.raises(ValidationError, match="must lie inside the recipe's data folder"):
        SourceConfig.model_validate(source(path=path))


def test_one_path_or_several() -> None:
    assert SourceConfig.model_validate(source()).patterns == ("a.jsonl",)
    assert SourceConfig.model_validate(source(path=["a", "b"])).patterns == ("a", "b")


def test_where_the_data_lies_does_not_matter() -> None:
    assert CollectConfig(root="/here").semantic() == CollectConfig(root="/there").semantic()
