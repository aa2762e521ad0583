"""Everything small: a base of two layers as a GGUF file, a corpus and benchmarks of a few lines, for rehearsals."""

import gzip
import json
from pathlib import Path

import zstandard
from tests.models.gguf_files import write_gguf
from tests.whole import RECIPE, sentences, write_corpus

from benchmarks.gpu.prepare import prepare
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe

LANGS = ("eng_Latn", "amh_Ethi", "zho_Hans")
TOPICS = ("science/technology", "travel", "politics")
LINES = 6
ROOM = 100_000
"""Bytes of a folder: few, so that the archive comes in pieces."""


def prepare_miniature(folder: Path) -> Path:
    """Prepare what is carried for a rehearsal; returns the folder with the folders of the calls."""
    write_corpus(folder / "data", 20)
    write_gguf(folder / "base.gguf")
    base = f'base = "{folder / "base.gguf"}"'
    text = RECIPE.format(name="miniature", data=folder / "data", base=base, path="all.jsonl", pieces=50, tokens=5000)
    (folder / "recipe.toml").write_text(text, encoding="utf-8")
    write_benchmarks(folder / "bench")
    recipe, home = Recipe.read(folder / "recipe.toml"), Home(folder / "home")
    prepare(recipe, home, folder / "bench", [], folder / "carried", room=ROOM)
    return folder / "carried"


def write_benchmarks(bench: Path) -> None:
    """FLORES-200, SIB-200 and MBXP in the layouts of their authors, with a few lines each."""
    for lang in LANGS:
        lines = sentences(lang, LINES)
        write_zst(bench / "flores200_devtest" / f"{lang[:3]}.devtest.zst", "\n".join(lines) + "\n")
        rows = [f"{n}\t{TOPICS[n % len(TOPICS)]}\t{line}" for n, line in enumerate(lines)]
        for split in ("dev", "test"):
            path = bench / "sib200" / lang / f"{split}.tsv.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            with gzip.open(path, "wt", encoding="utf-8") as stream:
                stream.write("\n".join(["index_id\tcategory\ttext", *rows]) + "\n")
    programs = [
        {"task_id": f"P/{n}", "language": "python", "prompt": f"def f{n}(x):\n", "canonical_solution": "    return x\n"}
        for n in range(LINES)
    ]
    write_zst(bench / "mbxp" / "python.jsonl.zst", "\n".join(map(json.dumps, programs)) + "\n")


def write_zst(path: Path, text: str) -> None:
    """Write a compressed text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.compress(text.encode()))
