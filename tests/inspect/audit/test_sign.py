"""A signed sheet is a table that a recipe takes."""

import tomllib
from pathlib import Path

import pytest

from emma.cli.main import main
from emma.pipeline.home import Home
from emma.report.config import ReportConfig


def test_the_table_is_one_of_a_recipe(compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["audit", "thai", "--home", str(compiled), "--run", "one", "--sign", 'สมชาย "S"', "--good", "19"]
    assert main([*asked, "--wrong-language", "1"]) == 0
    table = tomllib.loads(capsys.readouterr().out)["report"]
    (audit,) = ReportConfig.model_validate(table).audits
    assert (audit.lang, audit.by, audit.rows, audit.good, audit.wrong_language) == ("tha_Thai", 'สมชาย "S"', 20, 19, 1)
    assert audit.corpus == Home(compiled).run("one").addresses["curate"]
    assert main(asked) == 1
    assert "20 documents were read, and the marks are 19" in capsys.readouterr().err
