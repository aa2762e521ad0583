"""Language identification: fastText classifiers opened, asked, trained and measured, with labels that are our own.

`open_model` opens any of them; `Model.identify` names a text's likeliest languages; `agreement_scores` says how likely
a declared language is by that. Training and measuring are in `training` and `measure`. Nothing heavy is imported until
one of these is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emma.lid.labels import agreement_scores as agreement_scores
    from emma.lid.model import Model as Model
    from emma.lid.model import open_model as open_model

_MODULES = {"agreement_scores": "labels", "Model": "model", "open_model": "model"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
