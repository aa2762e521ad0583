"""What is carried to a machine without a network: wheels, and one archive in pieces that fit into a call each."""

import io
import shutil
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import zstandard

from emma.store.address import file_digest
from emma.store.files import read_json, write_json

CARRIED = ".gpu"
"""Folder of the repository with a folder for each call; git ignores it."""
FACTS = "archive.json"
"""File in the first folder: size and hash of the whole archive, and its number of pieces."""
PIECE = "archive.{:03}"
LEVEL = 9
"""Of compression: packed tokens lose a third, weights in 4 bits nothing; higher levels take minutes for a percent."""


def write_archive(path: Path, files: Mapping[str, Path], texts: Mapping[str, str]) -> None:
    """Write files, by their names in it, and small texts into a compressed archive."""
    packer = zstandard.ZstdCompressor(level=LEVEL, threads=-1)
    with (
        path.open("wb") as raw,
        packer.stream_writer(raw) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        for name, text in texts.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(text.encode())
            archive.addfile(facts, io.BytesIO(text.encode()))
        for name, file in files.items():
            archive.add(file.resolve(), name)


def write_folders(archive: Path, wheels: Iterable[Path], into: Path, room: int) -> list[int]:
    """Spread wheels and an archive over the folders 1, 2 … of `into`, each of at most `room` bytes; returns the bytes
    of each. The wheels are all in the first, which is needed by every step."""
    shutil.rmtree(into, ignore_errors=True)
    (into / "1").mkdir(parents=True)
    for wheel in wheels:
        shutil.copyfile(wheel, into / "1" / wheel.name)
    used, sizes = sum(file.stat().st_size for file in (into / "1").iterdir()), list[int]()
    if used >= room:
        raise SystemExit(f"The wheels take {used:,} bytes, and a call has room for {room:,}.")
    with archive.open("rb") as stream:
        while piece := stream.read(room - used):
            sizes.append(used + len(piece))
            place = into / str(len(sizes)) / PIECE.format(len(sizes))
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(piece)
            used = 0
    facts = {"bytes": archive.stat().st_size, "sha256": file_digest(archive), "pieces": len(sizes)}
    write_json(into / "1" / FACTS, facts)
    return sizes


def open_archive(carried: Path, into: Path) -> Path:
    """Unpack the archive of these folders into a folder, once. Exits with what is missing where a piece is."""
    if not (carried / "1" / FACTS).exists():
        raise SystemExit(f"{carried}/1 is not there: `python -m benchmarks.gpu.prepare` makes it, and it is carried.")
    facts = read_json(carried / "1" / FACTS)
    done = into / f"{facts['sha256'][:16]}.done"
    if done.exists():
        return into
    pieces = [carried / str(n) / PIECE.format(n) for n in range(1, facts["pieces"] + 1)]
    if missing := [piece for piece in pieces if not piece.exists()]:
        raise SystemExit(f"{', '.join(map(str, missing))} is not there: carry that folder in a call before this one.")
    unpack(pieces, facts, into)
    done.touch()
    return into


def unpack(pieces: Sequence[Path], facts: Mapping[str, object], into: Path) -> None:
    """Join pieces, compare them with the facts, and unpack what they make."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    whole = into / "archive"
    with whole.open("wb") as stream:
        for piece in pieces:
            stream.write(piece.read_bytes())
    if file_digest(whole) != facts["sha256"]:
        raise SystemExit(f"The pieces in {pieces[0].parents[1]} do not belong together: prepare and carry all again.")
    with (
        whole.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as packed,
        tarfile.open(fileobj=packed, mode="r|") as archive,
    ):
        archive.extractall(into, filter="data")
    whole.unlink()
    print(f"unpacked into {into}", file=sys.stderr, flush=True)
