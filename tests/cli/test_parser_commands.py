"""Every command of EMMA that a help text or a message names is one that the parser takes."""

import re
import shlex
from pathlib import Path

import pytest

from emma.cli.main import build_parser, expand_group

SOURCE = Path(__file__).parents[2] / "src" / "emma"
JOINT = re.compile(r'"\s*\n\s*f?"')
"""Where a text goes on in the next line."""
NAMED = re.compile(r"""[`']emma ([a-z][^`'"\\]*)[`']""")
PLACE = re.compile(r"\{[^{}]*\}|…")
"""What stands for a value in a message."""


def list_named_commands() -> list[str]:
    texts = (JOINT.sub("", path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py"))
    commands = (match[1].replace("{stage}", "train") for text in texts for match in NAMED.finditer(text))
    return sorted({PLACE.sub("1", command) for command in commands})


def test_many_are_named() -> None:
    assert len(list_named_commands()) > 40


@pytest.mark.parametrize("command", list_named_commands())
def test_what_is_told_to_write_is_right(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        build_parser().parse_args(expand_group(shlex.split(command)))
    except SystemExit as stop:
        said = capsys.readouterr().err
        assert stop.code == 0 or "is missing" in said or "needs a value" in said, f"emma {command}: {said}"
