"""Files are replaced in one step, JSON keeps its layout, and no name that data give leads out of its folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from emma.collect.config import SourceConfig
from emma.collect.files.datasets import list_saved_files
from emma.errors import ArtifactError, RecipeError, SourceError
from emma.models.folder import weight_files
from emma.store.artifact import Artifact, commit, load, staging
from emma.store.files import (
    dump_json,
    join_inside,
    read_json,
    read_json_lines,
    replace_file,
    write_json,
)
from emma.store.manifest import MANIFEST
from emma.store.remote import upload_all
from emma.tokens.files import TokenFileWriter, find_token_file
from emma.vocab.folder import copy_file

KEY = "k" * 20
OUTSIDE = (
    "../f",
    "x/../../f",
    "x/../../../../f",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a//b",
    "a/./b",
    "a/",
    "a\0b",
    None,
    7,
    ["a"],
)
INSIDE = ("f", "data/sme_Latn/train.parquet", "shì.ߒߞߏ.bin", "a..b", "..a", "...", "-", "a b", "C:x")

SAVED = SourceConfig(name="s", reader="huggingface", path="set", licence="CC0-1.0")


@pytest.mark.parametrize("name", INSIDE)
def test_plain_names_are_taken(tmp_path: Path, name: str) -> None:
    assert join_inside(tmp_path, name, "a list") == tmp_path / name


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("links", [False, True])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: object, links: bool) -> None:
    with pytest.raises(SourceError, match=r"a list names .* does not lie in"):
        join_inside(tmp_path, name, "a list", links=links, error=SourceError)


def test_links_that_lead_out(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "own").mkdir(parents=True)
    (folder / "out").symlink_to(tmp_path)
    (folder / "near").symlink_to("own")
    assert join_inside(folder, "near/f", "a list") == folder / "near" / "f"
    assert join_inside(folder, "out/f", "a list", links=True) == folder / "out" / "f"
    with pytest.raises(ArtifactError):
        join_inside(folder, "out/f", "a list")


def test_a_folder_may_be_a_link_itself(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to("disk")
    assert join_inside(tmp_path / "store", "f", "a list") == tmp_path / "store" / "f"


def test_files_of_the_hubs_cache_are_links_to_blobs(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--a--b" / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").symlink_to("../../blobs/4567")
    (snapshot / "other.json").symlink_to("../../../secret")
    assert join_inside(snapshot, "config.json", "a list") == snapshot / "config.json"
    with pytest.raises(ArtifactError):
        join_inside(snapshot, "other.json", "a list")


def made(root: Path) -> Path:
    path = root / "stage" / KEY
    with staging(path) as out:
        (out / "data").write_text("text")
        commit(out, path, root=root, made_by={}, key=KEY, counts={})
    return path


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    manifest = orjson.loads((path / MANIFEST).read_bytes())
    change(manifest)
    (path / MANIFEST).write_bytes(orjson.dumps(manifest))
    return path


@pytest.mark.parametrize("name", [each for each in OUTSIDE if isinstance(each, str)])
def test_a_manifest_names_files_outside(tmp_path: Path, name: str) -> None:
    path = changed(made(tmp_path), lambda manifest: manifest["files"].update({name: {"bytes": 1, "sha256": ""}}))
    with pytest.raises(ArtifactError, match="does not lie in"):
        load(path)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_manifest_names_parts_outside(tmp_path: Path, name: object) -> None:
    part = {"path": name, "key": KEY, "counts": {}}
    path = changed(made(tmp_path), lambda manifest: manifest["parts"].update(shards=[part]))
    with pytest.raises(ArtifactError, match="does not lie in"):
        load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"depth": 0},
        {"depth": -1},
        {"depth": 99},
        {"depth": 3},
        {"depth": "2"},
        {"files": []},
        {"files": {"data": 4}},
        {"files": {"data": {"bytes": "4"}}},
        {"parts": {"shards": 1}},
        {"parts": {"shards": ["x"]}},
        {"counts": None},
        {"key": 1},
    ],
)
def test_a_manifest_that_says_something_else(tmp_path: Path, change: dict[str, object]) -> None:
    path = changed(made(tmp_path), lambda manifest: manifest.update(change))
    with pytest.raises(ArtifactError, match="is damaged"):
        load(path, root=tmp_path)


def test_a_link_inside_an_artifact(tmp_path: Path) -> None:
    path = made(tmp_path / "store")
    (tmp_path / "data").write_text("text")
    (path / "data").unlink()
    (path / "data").symlink_to(tmp_path / "data")
    with pytest.raises(ArtifactError, match="does not lie in"):
        load(path)


def test_what_is_asked_of_an_artifact(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("")
    with pytest.raises(ArtifactError, match="does not lie in"):
        Artifact(made(tmp_path / "store"), KEY).find("../../../secret")


def test_the_cache_writes_nothing_outside(tmp_path: Path) -> None:
    """What a shared store said: `x/../../../../f` beside a file of that name."""
    pytest.importorskip("fsspec")
    url = f"local://{tmp_path / 'there'}"
    there = made(tmp_path / "there")
    (tmp_path / "there" / "f").write_text("evil")
    facts = {"bytes": 4, "sha256": "0"}
    changed(there, lambda manifest: manifest["files"].update({"x/../../../f": facts}))
    here = tmp_path / "a" / "b" / "here"
    with pytest.raises(ArtifactError, match="does not lie in"):
        load(here / "stage" / KEY, f"{url}/stage/{KEY}", here)
    assert [each.name for each in (tmp_path / "a").rglob("*") if each.is_file()] == [MANIFEST]


def test_nothing_outside_is_sent(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "secret").write_text("")
    with pytest.raises(ArtifactError, match="does not lie in"):
        upload_all(tmp_path / "store", ["../secret"], "memory://bucket")


def test_a_list_of_token_files_names_one_outside(tmp_path: Path) -> None:
    with TokenFileWriter(tmp_path / "outside", 100) as writer:
        writer.add([1], "a")
    part = Artifact(made(tmp_path / "store"), KEY)
    for name in ("../../../outside", str(tmp_path / "outside"), ""):
        with pytest.raises(ArtifactError, match="does not lie in"):
            find_token_file(part, name)


@pytest.mark.parametrize("name", ["../w.safetensors", "/w.safetensors", ""])
def test_an_index_of_weights_names_a_file_outside(tmp_path: Path, name: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(RecipeError, match="does not lie in"):
        weight_files(tmp_path)


def test_an_index_of_weights_is_no_index(tmp_path: Path) -> None:
    for index in ({"weight_map": []}, {"weight_map": {"a": 1}}):
        (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
        with pytest.raises(RecipeError, match="weight_map"):
            weight_files(tmp_path)


def test_weights_on_another_disk_are_the_owners_business(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (tmp_path / "w").write_text("")
    (base / "a.safetensors").symlink_to(tmp_path / "w")
    (base / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "a.safetensors"}}))
    assert weight_files(base) == [base / "a.safetensors"]


@pytest.mark.parametrize("state", [[], {"_data_files": 1}, {"_data_files": ["a"]}, {"_data_files": [{}]}, None])
def test_a_state_of_a_saved_data_set_that_is_none(tmp_path: Path, state: object) -> None:
    (tmp_path / "state.json").write_text(json.dumps(state))
    with pytest.raises(SourceError, match="damaged"):
        list_saved_files(tmp_path, SAVED)


def test_a_saved_data_set_names_a_file_outside(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "secret.arrow").write_text("")
    (tmp_path / "set" / "state.json").write_text(json.dumps({"_data_files": [{"filename": "../secret.arrow"}]}))
    with pytest.raises(SourceError, match="does not lie in"):
        list_saved_files(tmp_path / "set", SAVED)


def test_what_is_copied_from_a_base_and_published(tmp_path: Path) -> None:
    base, out = tmp_path / "base", tmp_path / "out"
    (base / "additional_chat_templates").mkdir(parents=True)
    out.mkdir()
    (tmp_path / "secret").write_text("")
    (base / "chat_template.jinja").symlink_to(tmp_path / "secret")
    (base / "additional_chat_templates" / "a.jinja").symlink_to(tmp_path / "secret")
    for name in ("chat_template.jinja", "additional_chat_templates"):
        with pytest.raises(RecipeError, match="does not lie in"):
            copy_file(base, name, out)
    assert not list(out.iterdir())


def test_json_keeps_its_layout_in_any_script(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"ߒߞߏ": [1e-05, None]})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n "ߒߞߏ": [\n  1e-05,\n  null\n ]\n}\n'
    assert read_json(tmp_path / "a.json") == {"ߒߞߏ": [1e-05, None]}
    assert dump_json({"b": 1, "a": 2}, sort_keys=True) == '{\n "a": 2,\n "b": 1\n}'
    with pytest.raises(ValueError, match="Out of range float values"):
        write_json(tmp_path / "nan.json", float("nan"))


def test_damaged_json_is_named_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "हिन्दी"}\n{"text": "a\u2028b"}\n', encoding="utf-8")
    assert list(read_json_lines(tmp_path / "rows.jsonl")) == [{"text": "हिन्दी"}, {"text": "a\u2028b"}]
    (tmp_path / "rows.jsonl").write_text('{"a": 1}\n{"a"')
    with pytest.raises(ArtifactError, match=r"rows\.jsonl, row 2 is not JSON"):
        list(read_json_lines(tmp_path / "rows.jsonl"))
    with pytest.raises(ArtifactError, match=r"rows\.jsonl is not JSON"):
        read_json(tmp_path / "rows.jsonl")


def test_a_file_is_replaced_in_one_step_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "f"
    with replace_file(path) as temporary:
        temporary.write_text("one")
    with pytest.raises(RuntimeError), replace_file(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("interrupted write")
    assert path.read_text() == "one"
    assert list(path.parent.iterdir()) == [path]
