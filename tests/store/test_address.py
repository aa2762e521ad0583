"""Hashes are the same everywhere; fingerprints of files are right after a change, and cheap without one."""

import hashlib
from pathlib import Path

import pytest

from emma.store import address
from emma.store.address import Fingerprints, hash64


def test_a_change_is_seen(tmp_path: Path) -> None:
    raw, cache = tmp_path / "raw", tmp_path / "cache.json"
    raw.write_bytes(b"one")
    known = Fingerprints(cache)
    assert known.of(raw) == hashlib.sha256(b"one").hexdigest()
    raw.write_bytes(b"other")
    assert known.of(raw) == hashlib.sha256(b"other").hexdigest()


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, cache = tmp_path / "raw", tmp_path / "deep" / "cache.json"
    raw.write_bytes(b"one")
    first = Fingerprints(cache)
    digest = first.of(raw)
    first.save()
    monkeypatch.setattr(address, "file_digest", lambda path: pytest.fail(f"{path} was read again"))
    assert Fingerprints(cache).of(raw) == digest


def test_a_damaged_cache_costs_only_time(tmp_path: Path) -> None:
    raw, cache = tmp_path / "raw", tmp_path / "cache.json"
    raw.write_bytes(b"one")
    cache.write_text('{"half')
    assert Fingerprints(cache).of(raw) == hashlib.sha256(b"one").hexdigest()


def test_numbers_are_the_same_on_every_machine() -> None:
    # BLAKE2b with a digest of 8 bytes, little-endian, of the parts joined by U+001F.
    assert hash64("ߒߞߏ") == int.from_bytes(hashlib.blake2b("ߒߞߏ".encode(), digest_size=8).digest(), "little")
    assert hash64(7, "swh_Latn") == hash64("7", "swh_Latn") != hash64("7swh_Latn")
