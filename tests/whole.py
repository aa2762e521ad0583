"""A corpus, a base and a recipe small enough to run whole in a test, through the real command line."""

import io
import random
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import orjson

from emma.cli.main import main
from tests.conftest import TEXTS

RECIPE = """
name = "{name}"
data = "{data}"
{base}
[[collect.sources]]
name = "made"
reader = "jsonl"
path = "{path}"
licence = "CC0-1.0"
domain = "made"
fields = {{ text = "text", lang = "lang" }}

[vocab]
new_pieces = {pieces}
sample_bytes = 200_000

[mix]
tokens = {tokens}
sequence_length = 64
max_epochs = 1000
replay = {{ eng_Latn = 0.2 }}

[adapt.architecture]
hidden_size = 32
intermediate_size = 64
layers = 2
heads = 4
kv_heads = 2

[train]
batch_tokens = 512
checkpoint_every = 5

[evaluate]
bootstrap = 100
"""


LENT = """
[[collect.sources]]
name = "lent"
reader = "jsonl"
path = "lent.jsonl"
licence = "by agreement"
domain = "made"
"""
"""A source whose text is not released: the only one with German, and with one text of Finnish, too few to test on."""
MORE = {
    "deu_Latn": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "fin_Latn": "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
}


def sentences(lang: str, count: int) -> list[str]:
    """Made-up documents: the words, or characters where words are not spaced, of a real sentence, shuffled."""
    text = (TEXTS | MORE)[lang]
    words = text.split()
    joined = " " if len(words) > 2 else ""
    units = words if joined else list(text)
    chance = random.Random(lang)
    return [joined.join(chance.choices(units, k=30)) for _ in range(count)]


def write_corpus(folder: Path, documents: int = 40) -> None:
    """English alone for the base, and every language of TEXTS and MORE for the run."""
    folder.mkdir(parents=True)
    every = {"english": ["eng_Latn"], "all": list(TEXTS), "lent": list(MORE)}
    for name, langs in every.items():
        with (folder / f"{name}.jsonl").open("wb") as out:
            for lang in langs:
                for text in sentences(lang, 1 if lang == "fin_Latn" else documents):
                    out.write(orjson.dumps({"text": text, "lang": lang}) + b"\n")


def write_recipes(folder: Path) -> Path:
    """A base recipe and the recipe that adapts it; returns the path of the latter."""
    data = folder / "data"
    write_corpus(data)
    base = RECIPE.format(name="base", data=data, base="", path="english.jsonl", pieces=60, tokens=20_000)
    base = base.replace("replay = { eng_Latn = 0.2 }", "")
    (folder / "base.toml").write_text(base)
    whole = RECIPE.format(
        name="whole", data=data, base='base = "base.toml"', path="all.jsonl", pieces=200, tokens=40_000
    )
    (folder / "whole.toml").write_text(whole + LENT)
    return folder / "whole.toml"


def command(*arguments: object) -> list[str]:
    """The command line as a person would start it, in this environment."""
    return [sys.executable, "-m", "emma", *(str(each) for each in arguments)]


def emma(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in this process: it has imported already what takes others seconds."""
    said, warned, argv = io.StringIO(), io.StringIO(), [str(each) for each in arguments]
    with redirect_stdout(said), redirect_stderr(warned):
        try:
            code = main(argv)
        except SystemExit as error:  # so ends wrong usage
            code = int(error.code or 0)
    return subprocess.CompletedProcess(argv, code, said.getvalue(), warned.getvalue())


def emma_apart(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as a person would, in a process of its own."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=300, check=False)
