"""Names of models, and what they stand for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import constants

from emma.errors import RecipeError
from emma.evaluate.backends.fake import Fake
from emma.evaluate.backends.hf import HuggingFace
from emma.evaluate.backends.open import open_backend, split_name
from emma.evaluate.config import EvaluateConfig

SECTION = EvaluateConfig(device="cpu", precision="fp32")


@pytest.mark.parametrize(
    ("model", "name", "place"),
    [
        ("big=/models/llama-7b", "big", "/models/llama-7b"),
        ("/models/llama-7b/", "llama-7b", "/models/llama-7b/"),
        ("owner/name@abc123", "name@abc123", "owner/name@abc123"),
        ("http://host:8000#llama", "llama", "http://host:8000#llama"),
        ("mine=http://host:8000/v1?key=1#llama", "mine", "http://host:8000/v1?key=1#llama"),
        ("http://host:8000/v1?key=1#llama", "llama", "http://host:8000/v1?key=1#llama"),
        ("fake:one", "one", "fake:one"),
        ("folder/with=sign", "with=sign", "folder/with=sign"),
    ],
)
def test_a_model_goes_by_its_name_or_by_its_last_part(model: str, name: str, place: str) -> None:
    assert split_name(model) == (name, place)


def test_folders_and_fakes_are_opened(make_model: Callable[..., Path]) -> None:
    assert open_backend("fake:one", SECTION) == Fake("one")
    folder = make_model("tiny") / "model"
    backend = open_backend(str(folder), SECTION)
    assert isinstance(backend, HuggingFace)
    assert backend.key == open_backend(str(folder), SECTION).key


def test_a_model_of_the_hub_is_taken_from_the_cache(
    make_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    repository = tmp_path / "hub" / "models--owner--name"
    commit = "0123456789" * 4
    (repository / "snapshots").mkdir(parents=True)
    (make_model("tiny") / "model").rename(repository / "snapshots" / commit)
    assert isinstance(open_backend(f"owner/name@{commit}", SECTION), HuggingFace)
    with pytest.raises(RecipeError, match=r"owner/name@main' is not on this machine.*hf download owner/name --rev"):
        open_backend("owner/name@main", SECTION)


@pytest.mark.parametrize("name", ["no/such/folder", "owner/name", "../x@y"])
def test_what_is_no_model_is_refused_with_what_is_one(name: str) -> None:
    with pytest.raises(RecipeError, match="owner/name@revision of the hub"):
        open_backend(name, SECTION)
