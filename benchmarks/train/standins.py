"""Stand-ins for packages that a bare GPU machine lacks, so that EMMA's training code can be measured there unchanged.

pydantic's does what a settings class needs when all values are given in code and are right; the others only make
imports succeed of modules whose functions a training step never calls.
"""

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

UNUSED = ("orjson", "zstandard")
_REQUIRED = object()


class _Field:
    def __init__(self, default: Any = _REQUIRED, *, default_factory: Any = None, **_: Any) -> None:
        self.default, self.factory = default, default_factory

    def make(self) -> Any:
        return self.factory() if self.factory else self.default


class _Settings:
    """Attributes from the class, unless given; no checks."""

    def __init__(self, **given: Any) -> None:
        kinds = [kind for kind in reversed(type(self).__mro__) if "__annotations__" in vars(kind)]
        for name in [name for kind in kinds for name in vars(kind)["__annotations__"]]:
            default = getattr(type(self), name, _REQUIRED)
            value = given.get(name, default.make() if isinstance(default, _Field) else default)
            if value is _REQUIRED:
                raise TypeError(f"{type(self).__name__} needs {name}")
            setattr(self, name, value)

    def model_copy(self, update: dict[str, Any]) -> "_Settings":
        return type(self)(**{**vars(self), **update})


def install() -> list[str]:
    """Put stand-ins where packages are missing; returns their names."""
    missing = [name for name in ("pydantic", *UNUSED) if find_spec(name) is None]
    for name in missing:
        sys.modules[name] = ModuleType(name)
    if "pydantic" in missing:
        pydantic: Any = sys.modules["pydantic"]
        pydantic.BaseModel, pydantic.Field, pydantic.ConfigDict = _Settings, _Field, dict
        pydantic.ValidationError = ValueError
        pydantic.model_validator = pydantic.field_validator = lambda *_, **__: lambda function: function
    return missing
