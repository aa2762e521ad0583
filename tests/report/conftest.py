"""Benchmarks of a made-up run, whose tables are made once for all tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .synthetic_tasks import write_tasks


@pytest.fixture(scope="session")
def task_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A folder with the tables of `write_tasks` for these models; not to be written to."""
    folders: dict[tuple[str, ...], Path] = {}

    def find(*models: str) -> Path:
        models = models or ("base", "adapted")
        if models not in folders:
            folders[models] = tmp_path_factory.mktemp("evaluate")
            write_tasks(folders[models], models)
        return folders[models]

    return find
