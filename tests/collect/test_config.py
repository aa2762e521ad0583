"""What the section refuses."""

import pytest
from pydantic import ValidationError

from emma.collect.config import CollectConfig, SourceConfig, is_spdx


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


@pytest.mark.parametrize(
    ("licence", "told", "expected"),
    [
        ("CC0-1.0", {}, "public"),
        ("GPL-2.0-or-later OR MIT", {}, "public"),
        ("CC-BY-SA-4.0 AND CC-BY-4.0", {}, "public"),
        ("CC-BY-NC-4.0 OR MIT", {}, "public"),
        ("CC-BY-NC-4.0 AND MIT", {}, "derived"),
        ("CC-BY-ND-4.0", {}, "derived"),
        ("free to reproduce", {}, "derived"),
        ("free to reproduce", {"redistribution": "public"}, "public"),
        ("CC0-1.0", {"redistribution": "private"}, "private"),
    ],
)
def test_who_may_see_the_text(licence: str, told: dict[str, object], expected: str) -> None:
    assert SourceConfig.model_validate(source(licence=licence, **told)).redistribution == expected


@pytest.mark.parametrize(("licence", "known"), [("CC-BY-4.0", True), ("cc-by", False), ("MIT OR Apache-2.0", True)])
def test_a_licence_that_is_no_spdx_expression_is_noticed(licence: str, known: bool) -> None:
    assert is_spdx(licence) == known


@pytest.mark.parametrize("path", ["s3://b/x/*.jsonl", "https://h/x.csv", "hub:owner/name@main", "package:a/*.po"])
def test_paths_elsewhere(path: str) -> None:
    assert SourceConfig.model_validate(source(path=path)).path == path


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"encoding": "klingon"}, "no encoding 'klingon'"),
        ({"lang_from": "("}, "not a regular expression"),
        ({"lang_from": "[a-z]+"}, "exactly one group"),
        ({"fields": {"text": []}}, "text"),
        ({"fields": {"txt": "a"}}, "txt"),
        ({"scheme": "esperanto"}, "scheme"),
    ],
)
def test_what_cannot_be_meant(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        SourceConfig.model_validate(source(**changes))


def test_a_benchmark_has_a_name_of_its_own() -> None:
    with pytest.raises(ValidationError, match="two sources are called 'a'"):
        CollectConfig.model_validate({"sources": [source()], "benchmarks": [source()]})


def test_the_section_is_light() -> None:
    import subprocess
    import sys

    heavy = "{'pyarrow', 'numpy', 'numba', 'lxml', 'langcodes', 'fsspec', 'orjson'}"
    code = f"import sys, emma.collect.config; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
