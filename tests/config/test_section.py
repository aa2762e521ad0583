"""Settings as help: every key of a section, its default, and a sentence about it."""

from typing import Literal

import pytest
from pydantic import ValidationError

from emma.cli.main import STAGES, main
from emma.config.section import Settings, settings_help, settings_in


def test_help_reaches_the_tables_inside_a_section(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["collect", "--help"])
    assert "group_bytes = 0" in capsys.readouterr().out


class Inner(Settings):
    depth: int = 1
    """How deep it is."""


class Outer(Settings):
    inners: tuple[Inner, ...] = ()
    """What is inside."""
    other: Inner | None = None


@pytest.mark.parametrize("name", ["inners", "other"])
def test_settings_inside_lists_and_unions_are_found(name: str) -> None:
    assert settings_in(Outer.model_fields[name].annotation) is Inner
    assert settings_in(int | None) is None


def test_true_is_read_as_true_alone() -> None:
    class Some(Settings):
        number: float | None = None
        switch: bool | None = None
        either: bool | str = "no"
        never: Literal[False] = False
        numbers: tuple[float, ...] | float = 0
        shares: dict[str, float] | None = None
        inner: "Some | None" = None

    fine = {"switch": True, "either": False, "never": False, "number": 1, "inner": {"switch": True}}
    assert Some.model_validate(fine).model_dump(exclude_unset=True) == fine
    for name, value in {"number": True, "numbers": [0.1, True], "shares": {"a": False}}.items():
        for table in ({name: value}, {"inner": {name: value}}):
            with pytest.raises(ValidationError, match=rf"{name}\n.*true and false are no values here"):
                Some.model_validate(table)


@pytest.mark.parametrize("stage", STAGES)
def test_every_setting_has_a_sentence(stage: str) -> None:
    lines = settings_help(stage).splitlines()
    names = [at for at, line in enumerate(lines) if " = " in line and line.split(" = ")[0].strip().isidentifier()]
    for at in (at for at in names if "(as in [" not in lines[at]):
        indent = len(lines[at]) - len(lines[at].lstrip())
        assert at + 1 < len(lines) and lines[at + 1].startswith(" " * (indent + 4)), lines[at]
