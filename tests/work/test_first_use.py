"""The first run of all, with two workers: each kernel compiled once, and said; the second says nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.conftest import TEXTS
from tests.whole import sentences

SPREAD = """import sys
from emma.cli.main import main
from emma.work import work
work.LIGHT_BYTES = 0
sys.exit(main())
"""
"""The command line, with workers however little there is to do."""
SOURCE = '[[collect.sources]]\nname = "{name}"\nreader = "jsonl"\npath = "{name}.jsonl"\nlicence = "CC0-1.0"\n'


def run(recipe: Path, home: Path, kernels: Path) -> list[str]:
    """Compile the corpus; what was said of kernels."""
    command = ["run", recipe, "--until", "curate", "--home", home, "--workers", "2"]
    done = subprocess.run(
        [sys.executable, "-c", SPREAD, *map(str, command)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(kernels)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stderr.splitlines() if "kernels:" in line]


@pytest.mark.slow
def test_kernels_are_compiled_once_and_said_to_be(tmp_path: Path) -> None:
    langs = ("eng_Latn", "tha_Thai", "nqo_Nkoo", "zho_Hans")
    for lang in langs:
        texts = [*sentences(lang, 8), f"{sentences(lang, 1)[0]} {TEXTS[lang]}"]
        rows = b"".join(orjson.dumps({"text": text, "lang": lang}) + b"\n" for text in texts)
        (tmp_path / f"{lang}.jsonl").write_bytes(rows)
    recipe = tmp_path / "first.toml"
    recipe.write_text(f'data = "{tmp_path}"\n' + "".join(SOURCE.format(name=lang) for lang in langs))

    first, *compiled = run(recipe, tmp_path / "one", tmp_path / "kernels")
    assert "once" in first and compiled
    assert all(str(tmp_path / "kernels") in line and "this happens once" in line for line in compiled)
    counts = [int(found[1]) for line in compiled if (found := re.search(r"compiled (\d+) for", line))]
    assert sum(counts) == len(list((tmp_path / "kernels").rglob("*.nbc"))) > 20
    assert run(recipe, tmp_path / "two", tmp_path / "kernels") == []
