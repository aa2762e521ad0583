"""Optional dependencies: heavy packages live in extras, and their absence names the extra to install."""

from importlib import import_module
from types import ModuleType

from emma.errors import ExtraError


def need(module: str, extra: str) -> ModuleType:
    """Import `module`, or raise ExtraError naming the extra that brings it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".", maxsplit=1)[0]:
            raise
        raise ExtraError(
            f"This step needs the Python package '{module}', which is not installed. "
            f"Install EMMA's extra '{extra}': in its folder, pip install '.[{extra}]'"
        ) from None
