"""Optional dependencies: heavy packages live in extras, and their absence names the extra to install."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from emma.errors import ExtraError


def need(module: str, extra: str) -> ModuleType:
    """Import `module`, or raise ExtraError naming the extra that brings it."""
    check(module, extra)
    return import_module(module)


def check(module: str, extra: str) -> None:
    """Raise ExtraError when `module` is not installed; cheap, since nothing is imported."""
    # Looked for, not imported: torch alone takes seconds.
    if find_spec(module) is None:
        raise ExtraError(
            f"This step needs the Python package '{module}', which is not installed. "
            f"Install EMMA's extra '{extra}': in its folder, pip install '.[{extra}]'"
        )
