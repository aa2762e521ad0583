"""A store is held by one at a time."""

from pathlib import Path

import pytest

from emma.errors import ArtifactError
from emma.store.hold import hold_store, list_leftovers


def test_one_at_a_time(store: Path) -> None:
    with hold_store(store, None), pytest.raises(ArtifactError, match="Another run is using"), hold_store(store, None):
        pass
    with hold_store(store, None):
        assert store.is_dir()


def test_what_was_being_written_goes_when_it_is_taken_and_when_it_is_left(store: Path) -> None:
    for half in (store / "train" / "0.tmp", store / "collect" / "read" / "1.tmp"):
        half.mkdir(parents=True)
    with hold_store(store, None):
        assert list_leftovers(store) == []
        (store / "train" / "2.tmp").write_bytes(b"half")
    assert list_leftovers(store) == []
    assert (store / "collect" / "read").is_dir()
