"""What is expected of clients, where it does not take a model to say it."""

import json
from pathlib import Path

import pytest

from emma.inspect.clients.reference import list_stops


@pytest.mark.parametrize(
    ("files", "stops"),
    [
        ({"generation_config.json": [5, 6], "config.json": 7}, [5, 6]),
        ({"config.json": 7}, [7]),
        ({"generation_config.json": None, "config.json": 7}, [7]),
        ({}, []),
    ],
    ids=str,
)
def test_generation_stops_where_its_own_settings_say(
    tmp_path: Path, files: dict[str, object], stops: list[int]
) -> None:
    for name, ids in files.items():
        (tmp_path / name).write_text(json.dumps({"eos_token_id": ids}))
    assert list_stops(tmp_path) == stops
