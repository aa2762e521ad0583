"""Who is asked again, and how often."""

from collections.abc import Callable

import pytest

from emma.errors import ArtifactError, RecipeError
from emma.pipeline.hub.answers import ask_patiently, explain

pytest.importorskip("huggingface_hub", reason="needs the hub extra")


class AnsweredError(Exception):
    """An error with an answer's status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answer {status}")
        self.response = type("Response", (), {"status_code": status})()


def failing(*errors: Exception) -> Callable[[], str]:
    """What fails so, and then answers."""
    left = list(errors)

    def ask() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return ask


def wrapped(error: Exception) -> Exception:
    """An error that the client raised from another, as for a file of many."""
    outer = RuntimeError("Error while uploading 'model.safetensors' to the Hub.")
    outer.__cause__ = error
    return outer


PASSING = [
    AnsweredError(500),
    AnsweredError(408),
    AnsweredError(429),
    wrapped(AnsweredError(502)),
    ConnectionResetError(),
]
FINAL = [AnsweredError(403), AnsweredError(404), ValueError("metadata"), wrapped(AnsweredError(401))]


@pytest.mark.parametrize("error", PASSING)
def test_what_may_pass_is_asked_again(error: Exception) -> None:
    said: list[str] = []
    assert ask_patiently(failing(error, error), said.append, (0, 0)) == "answer"
    assert len(said) == 2
    with pytest.raises(type(error)):
        ask_patiently(failing(error, error), said.append, (0,))


@pytest.mark.parametrize("error", FINAL)
def test_a_refusal_is_final(error: Exception) -> None:
    said: list[str] = []
    with pytest.raises(type(error)):
        ask_patiently(failing(error), said.append, (0, 0))
    assert said == []


def test_a_hub_that_is_not_there_is_told_from_one_that_fails() -> None:
    gone = explain(ConnectionRefusedError("Connection refused"), "a/b", dict)
    assert isinstance(gone, ArtifactError)
    assert "cannot be reached (Connection refused)" in str(gone)
    assert "HF_ENDPOINT" in str(gone)
    failed = explain(AnsweredError(503), "a/b", dict)
    assert "failed too often (status 503)" in str(failed)


def test_metadata_that_the_hub_refuses_are_told() -> None:
    told = explain(ValueError('Invalid metadata in README.md.\n- "license" must be one of …'), "a/b", dict)
    assert isinstance(told, RecipeError)
    assert str(told) == 'The hub does not take a/b: Invalid metadata in README.md. - "license" must be one of …'


def test_a_refusal_is_told_though_the_hub_does_not_say_whose_token_it_is() -> None:
    def whoami() -> None:
        raise ConnectionResetError

    told = explain(AnsweredError(403), "a/b", whoami)
    assert isinstance(told, RecipeError) and "may not write to a/b" in str(told) and "HF_TOKEN" in str(told)


def test_no_network_that_was_wished_for_is_no_fault_of_the_hub() -> None:
    from huggingface_hub.errors import OfflineModeIsEnabled

    told = explain(OfflineModeIsEnabled("offline"), "a/b", dict)
    assert isinstance(told, RecipeError) and "HF_HUB_OFFLINE is set" in str(told)
