"""Options that several commands share."""

import pytest

from emma.cli.main import main


def test_a_store_is_a_url(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["status", "--store", "a/folder"])
    assert stopped.value.code == 2
    assert "s3://bucket/prefix" in capsys.readouterr().err
