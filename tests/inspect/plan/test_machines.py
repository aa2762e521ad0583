"""Machines by the names that people type, and their peaks against the trainer's."""

import pytest

from emma.errors import RecipeError
from emma.inspect.plan.machines import MACHINES, find_machine
from emma.models.accelerators import known_peak_flops


def test_peaks_are_the_trainer_s() -> None:
    known = {name: peak for name in MACHINES if (peak := known_peak_flops(f"NVIDIA {name}")) is not None}
    assert {name: MACHINES[name].flops for name in known} == known
    assert len(known) >= 7


@pytest.mark.parametrize("name", ["h200", "H200", "RTX 4090"])
def test_names_of_machines(name: str) -> None:
    assert find_machine(name).name.lower() == name.lower().replace(" ", "")


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"--gpu H900: not known\. There are: A100, .*or cpu"):
        find_machine("H900")
