"""The device that a recipe's `device` means here. For the stages that run a model; needs torch."""

import torch

from emma.errors import RecipeError


def choose_device(name: str, stage: str) -> torch.device:
    """The device of that name; `auto` takes the accelerator if there is one.

    Raises RecipeError, naming the stage's setting, if it is not there.
    """
    if name == "auto":
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise RecipeError(
            f"{stage}.device = '{name}' cannot be used here: {str(error).splitlines()[0]}. Set it to auto or cpu."
        ) from None
