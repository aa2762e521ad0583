import json
from pathlib import Path

import pytest

from emma.cli.main import main
from tests.inspect.published.made import write_all


def test_the_command_prints_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path)
    assert main(["published", str(tmp_path)]) == 0
    assert "The gain in one number" in capsys.readouterr().out
    assert main(["published", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["headline"][0]["benchmarks"] == "accuracy"
    assert main(["published", str(tmp_path), "--model", "nobody"]) == 1
    assert "No table has the model 'nobody'" in capsys.readouterr().err
