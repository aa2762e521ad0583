"""Settings of the mix that went, and what is said to those who still write them."""

from pathlib import Path

import pytest

from emma.errors import RecipeError
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
