"""One flipped bit in each kind of file that the store keeps: how often reading notices, and what does.

    python -m benchmarks.flips

Files as the store writes them, a few kilobytes to megabytes; 200 bits of each, the same each time.
"""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from safetensors.numpy import load_file, save_file
from tests.conftest import TEXTS

from benchmarks.machine import machine, result_path
from emma.store import shards
from emma.tokens.files import TokenFile, TokenFileWriter

BITS = 200


def write(folder: Path) -> dict[str, tuple[Path, Callable[[], object]]]:
    """A file of each kind, and how it is read."""
    rng = random.Random(0)
    words = " ".join(TEXTS.values()).split()
    texts = [" ".join(rng.choices(words, k=40)) for _ in range(2_000)]
    shards.write(folder / "a.parquet", pa.table({"id": [f"s:f#{n}" for n in range(2_000)], "text": texts}))
    with TokenFileWriter(folder / "t", 32_000) as writer:
        for number in range(500):
            writer.add([rng.randrange(32_000) for _ in range(50)], str(number))
    np.save(folder / "a.npy", np.arange(10_000))
    (folder / "a.json").write_text(json.dumps({"rows": [{"lang": "yor_Latn", "tokens": n} for n in range(500)]}))
    found = {
        "Parquet": (folder / "a.parquet", lambda: shards.read(folder / "a.parquet").to_pylist()),
        "`.bin`": (folder / "t.bin", partial(_tokens, folder / "t")),
        "`.idx`": (folder / "t.idx", partial(_index, folder / "t")),
        "`.npy`": (folder / "a.npy", lambda: np.load(folder / "a.npy").tolist()),
        "JSON": (folder / "a.json", lambda: json.loads((folder / "a.json").read_text(encoding="utf-8"))),
    }
    save_file({"a": np.arange(5_000, dtype=np.float32), "b": np.ones((50, 50), np.float16)}, folder / "m.safetensors")
    found["safetensors"] = (
        folder / "m.safetensors",
        lambda: {name: each.tobytes() for name, each in load_file(folder / "m.safetensors").items()},
    )
    return found


def _tokens(path: Path) -> object:
    return TokenFile(path).tokens.tolist()


def _index(path: Path) -> object:
    file = TokenFile(path)
    return file.lengths.tolist(), file.pointers.tolist()


def outcome(path: Path, read: Callable[[], object], at: int, right: object) -> str:
    """What reading does with one bit of a file flipped."""
    whole = path.read_bytes()
    data = bytearray(whole)
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(data)
    try:
        return "same" if read() == right else "other values"
    except Exception as error:
        return f"error ({type(error).__name__})"
    finally:
        path.write_bytes(whole)


def main() -> None:
    """Flip, read, and write the dated result file."""
    lines = ["| file | noticed when read | by | other values, unnoticed | no difference |", "|---|--:|---|--:|--:|"]
    with tempfile.TemporaryDirectory() as temporary:
        for kind, (path, read) in write(Path(temporary)).items():
            right, rng = read(), random.Random(kind)
            found = Counter(outcome(path, read, rng.randrange(8 * path.stat().st_size), right) for _ in range(BITS))
            errors = {name[7:-1]: count for name, count in found.items() if name.startswith("error")}
            by = ", ".join(f"{name} {count}" for name, count in sorted(errors.items()))
            rates = [f"{count / BITS:.1%}" for count in (sum(errors.values()), found["other values"], found["same"])]
            lines.append(f"| {kind} | {rates[0]} | {by or '–'} | {rates[1]} | {rates[2]} |")
    note = f"{BITS} flips of one bit each, anywhere in the file. `emma status --verify` finds all of them by SHA-256."
    head = [
        "# One flipped bit in what the store keeps",
        "",
        "`python -m benchmarks.flips`",
        "",
        machine(),
        "",
        note,
        "",
    ]
    result_path("flips").write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
