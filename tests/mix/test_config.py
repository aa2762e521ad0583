"""Settings of the mix that went, and what is said to those who still write them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from emma.errors import RecipeError
from emma.mix.config import MixConfig
from emma.pipeline.recipe import Recipe


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mix]\ntemperature = 0.3\n", r"'mix\.temperature': .* write alpha with the same number"),
        ("[[mix.stages]]\nname = 'late'\nshare = 1\ntemperature = 1\n", r"stage 'late': 'temperature': .* write alpha"),
        ("[mix]\nstrategy = 'temperature'\n", r"'mix\.strategy': Write strategy = \"alpha\""),
        (
            "[[mix.stages]]\nname = 'a'\nshare = 1\nstrategy = 'temperature'\n",
            r"'strategy': Write strategy = \"alpha\"",
        ),
        ("[vocab]\ntemperature = 0.3\n", r"'vocab\.temperature': .* write alpha"),
        ("[annotate.lid]\ntrain = ['udhr']\ntraining = { temperature = 0.5 }\n", "write alpha"),
    ],
)
def test_an_exponent_is_no_longer_called_temperature(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "old.toml"
    path.write_text(f"name = 'old'\n{text}", encoding="utf-8")
    with pytest.raises(RecipeError, match=said):
        Recipe.read(path)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"stages": [{"name": "a", "share": 0.5}]}, "the shares of the stages sum to 0.5; make them sum to 1"),
        ({"stages": [{"name": "a", "share": 0.5}, {"name": "a", "share": 0.5}]}, "two stages are called 'a'"),
        ({"strategy": "aplha"}, "alpha"),
        ({"rates": {"low": -1}}, "greater than or equal to 0"),
        ({"epoch_caps": {"low": 0}}, "greater than 0"),
        ({"shares": {"code": 1.5}}, "less than or equal to 1"),
    ],
)
def test_settings_that_make_no_sense(settings, said) -> None:
    with pytest.raises(ValidationError, match=said):
        MixConfig.model_validate(settings)


def test_a_stage_that_states_a_default_is_not_one_that_leaves_it_out() -> None:
    """What a stage leaves out is as in `[mix]`, so the two must differ in the artifact's address."""
    stated, left_out = (
        MixConfig.model_validate({"alpha": 0.7, "stages": [{"name": "only", "share": 1, **stage}]})
        for stage in ({"alpha": 0.3}, {})
    )
    assert stated.semantic() != left_out.semantic()
    ((_, _, own),) = stated.split_stages()
    ((_, _, inherited),) = left_out.split_stages()
    assert (own.alpha, inherited.alpha) == (0.3, 0.7)
    assert MixConfig.model_validate(left_out.semantic()) == left_out
