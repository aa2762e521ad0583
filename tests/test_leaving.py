"""What must not leave the house: removed, opted-out, withheld and masked text, looked for in all that goes out.

A small run in three scripts goes the whole way: removal, run, export, report, release, push.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from emma.cli.main import main
from emma.pipeline.home import Home, Run
from tests.conftest import TEXTS
from tests.hub import TOKEN, serve_hub

pytestmark = pytest.mark.slow

LANGS = ("arb_Arab", "tha_Thai", "amh_Ethi")
MARKS = {
    "removed": {"arb_Arab": "ظضغذخثظظ", "tha_Thai": "ฃฅฌฎฏฑฒฃ", "amh_Ethi": "ቿኧኯዏዟዿቿኧ"},
    "address": {"arb_Arab": "ثخذضظغثث", "tha_Thai": "ฅฃฌฏฎฒฑฅ", "amh_Ethi": "ኧቿዏኯዿዟኧቿ"},
    "opted": {"arb_Arab": "غظضذخثغغ", "tha_Thai": "ฌฃฅฑฏฎฒฌ", "amh_Ethi": "ዟዿቿኧኯዏዟዿ"},
    "lent": {"arb_Arab": "ذثخغظضذذ", "tha_Thai": "ฑฒฃฅฌฎฏฑ", "amh_Ethi": "ዿዟዏኯኧቿዿዟ"},
    "mail": dict.fromkeys(LANGS, "someone.private@example.org"),
    "phone": {"arb_Arab": "٠٧١٢\u200f٣٤٥\u200f٦٧٨", "tha_Thai": "+66 81 234 5678", "amh_Ethi": "+251 91 123 4567"},
}
"""A mark in the text of each kind of document, in a language's own script."""
URLS = {"address": "https://example.org/private/{at}", "opted": "https://sub.example.net/{at}"}
EACH = 10
"""Documents of each kind and language: enough that some are held out."""
RECIPE = """
name = "leaving"
data = "{data}"
[[collect.sources]]
name = "open"
reader = "jsonl"
path = "open.jsonl"
licence = "CC0-1.0"
keep = ["by"]
fields = {{ text = "text", lang = "lang", url = "url" }}
[[collect.sources]]
name = "lent"
reader = "jsonl"
path = "lent.jsonl"
licence = "by agreement"
[curate]
opt_out = ["example.net"]
test_share = 0.3
[vocab]
new_pieces = 100
sample_bytes = 100_000
[mix]
tokens = 4096
sequence_length = 64
max_epochs = 1000
[adapt.architecture]
hidden_size = 32
intermediate_size = 64
layers = 1
heads = 2
kv_heads = 1
[train]
batch_tokens = 1024
[evaluate]
bootstrap = 100
samples = 6
[release]
mask = ["email", "phone"]
licence = "apache-2.0"
"""


def write_corpus(folder: Path) -> list[str]:
    """Documents of each kind, marked, and plain ones, shuffled words all; returns the ids of those to remove."""
    chance, removed = random.Random(7), []
    files: dict[str, list[dict[str, str]]] = {"open": [], "lent": []}
    for kind in ("plain", "plain", *MARKS):
        for lang in LANGS:
            for at in range(EACH):
                text = " ".join(chance.choices([*TEXTS[lang].split(), *TEXTS[lang][:24].split()], k=24))
                letters = "".join(chance.choices([c for c in TEXTS[lang] if c.isalpha()], k=30))
                mark = MARKS.get(kind, {}).get(lang, "")
                row = {"lang": lang, "text": f"{mark} {letters} {text} {mark}", "by": f"{kind} <{mark}>"}
                if kind in URLS:
                    row["url"] = URLS[kind].format(at=at)
                name = "lent" if kind == "lent" else "open"
                files[name].append(row)
                removed += [f"open:open.jsonl#{len(files[name])}"] if kind == "removed" else []
    for name, rows in files.items():
        (folder / f"{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
    return removed


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, dict[str, Path]]]:
    """The run, and the folders with what left the house, by the way it went."""
    for package in ("torch", "datasets", "jinja2"):
        pytest.importorskip(package)
    constants = pytest.importorskip("huggingface_hub.constants", reason="needs the hub extra")
    folder = tmp_path_factory.mktemp("leaving")
    home = ["--home", str(folder / "home")]
    (folder / "ids.txt").write_text("\n".join(write_corpus(folder)), encoding="utf-8")
    (folder / "leaving.toml").write_text(RECIPE.format(data=folder), encoding="utf-8")
    commands = [
        ["run", str(folder / "leaving.toml"), "--until", "collect", "--workers", "1", "--quiet", *home],
        ["remove", "--id", str(folder / "ids.txt"), *home],
        ["remove", "--url-pattern", "example.org/private/*", *home],
        ["run", str(folder / "leaving.toml"), "--workers", "1", "--quiet", *home],
        ["export", "leaving", "--to", str(folder / "export"), "--mask", "email", "--mask", "phone", *home],
    ]
    with pytest.MonkeyPatch.context() as patch, serve_hub(folder / "hub") as hub:
        for name, value in (("HF_HUB_DISABLE_XET", True), ("ENDPOINT", hub.endpoint)):
            patch.setattr(constants, name, value)
        patch.setenv("HF_TOKEN", TOKEN)
        for command in commands:
            assert main(command) == 0, command
        run = Home(folder / "home").run("leaving")
        run.push("someone/model", private=True)
        places = {"export": folder / "export", "release": run.release.path, "hub": folder / "hub"}
        yield run, {**places, "report": run.artifact("report").path}


def read_everything(folder: Path) -> str:
    """All text in a folder: cells of tables, and what else is there as it is."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.read_bytes()[:4] == b"PAR1":
            rows = pq.read_table(path, partitioning=None).to_pylist()
            found += [orjson.dumps(row).decode() for row in rows]
        else:
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def test_the_marks_were_read(left: tuple[Run, dict[str, Path]]) -> None:
    parts = left[0].artifact("collect").parts["documents"]
    collected = "\n".join(read_everything(part.path) for part in parts)
    assert all(mark in collected for marks in MARKS.values() for mark in marks.values())


@pytest.mark.parametrize("way", ["export", "release", "hub", "report"])
def test_no_mark_is_in_what_leaves(left: tuple[Run, dict[str, Path]], way: str) -> None:
    text = read_everything(left[1][way])
    if way != "report":  # which shows of three languages what it has
        assert all(TEXTS[lang].split()[0][:4] in text for lang in LANGS)
    # An export is for the house itself, whose text may be lent; a report is of texts as they are.
    allowed = {"export": {"lent"}, "report": {"mail", "phone"}}.get(way, set())
    there = {
        (kind, lang)
        for kind, marks in MARKS.items()
        for lang, mark in marks.items()
        if kind not in allowed and mark in text
    }
    assert there == set()


def test_the_ledger_names_what_was_lent_and_nothing_that_was_removed(left: tuple[Run, dict[str, Path]]) -> None:
    rows = pq.read_table(left[1]["release"] / "model/ledger.parquet").to_pylist()
    assert {row["source"] for row in rows} == {"open", "lent"}
    removed = {f"open:open.jsonl#{number}" for number in range(2 * 3 * EACH + 1, 2 * 3 * EACH + 3 * 3 * EACH + 1)}
    assert not removed & {row["id"] for row in rows}
