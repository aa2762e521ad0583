"""EMMA adapts language models to hundreds of languages: raw text in, adapted and evaluated model out.

The names of `__all__` are the Python API (docs/python.md). Each is imported when it is first used, so that
`import emma` and `emma --help` load none of torch, transformers, numba and pyarrow.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from emma.inspect.texts import identify_languages as identify
    from emma.inspect.texts import lint_labels as lint
    from emma.inspect.texts import measure_fertility as fertility
    from emma.lang.codes import resolve
    from emma.lang.language import Lang, Pair
    from emma.pipeline.home import Home, Run
    from emma.pipeline.home import open_run as open
    from emma.pipeline.recipe import Recipe
    from emma.pipeline.run import run_recipe as run
    from emma.pipeline.stage import run_stage as stage

_PLACES = {
    "Home": "emma.pipeline.home:Home",
    "Lang": "emma.lang.language:Lang",
    "Pair": "emma.lang.language:Pair",
    "Recipe": "emma.pipeline.recipe:Recipe",
    "Run": "emma.pipeline.home:Run",
    "fertility": "emma.inspect.texts:measure_fertility",
    "identify": "emma.inspect.texts:identify_languages",
    "lint": "emma.inspect.texts:lint_labels",
    "open": "emma.pipeline.home:open_run",
    "resolve": "emma.lang.codes:resolve",
    "run": "emma.pipeline.run:run_recipe",
    "stage": "emma.pipeline.stage:run_stage",
}
"""Public name to module and name there; type checkers read the imports above, and a test compares the two."""

__all__ = [
    "Home",
    "Lang",
    "Pair",
    "Recipe",
    "Run",
    "fertility",
    "identify",
    "lint",
    "open",
    "resolve",
    "run",
    "stage",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'emma' has no attribute '{name}'")
    module, _, attribute = _PLACES[name].partition(":")
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__} - {"Any", "TYPE_CHECKING", "import_module"})
