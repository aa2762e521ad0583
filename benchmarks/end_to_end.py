"""The whole way, measured: wall, CPU seconds, peak memory and bytes out per stage, for the demo or any recipe.

    python -m benchmarks.end_to_end                          # emma demo
    python -m benchmarks.end_to_end recipes/world.toml

ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 before it imitates a processor without AVX-512.
Then the same command again with nothing changed, and once with one changed curate threshold. Memory is the sum over
the process tree of proportional set sizes, sampled four times a second, so shared pages count once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.claims import claims
from benchmarks.machine import limit, machine, result_path
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import INPUTS
from emma.store.artifact import Artifact

SAMPLE_S = 0.25
BEGIN, END = "<!-- demo:begin -->", "<!-- demo:end -->"
"""The README's marks around the demo's output."""


@dataclass
class Watch:
    """Samples the memory of a process tree, by the stage that is under way."""

    process: psutil.Process
    home: Path
    peak: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Sample until the process ends."""
        while self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE:
            stage = under_way(self.home)
            self.peak[stage] = max(self.peak.get(stage, 0), tree_memory(self.process))
            time.sleep(SAMPLE_S)


def under_way(home: Path) -> str:
    """The stage whose folder is being written, or "start"."""
    return next((path.parent.name for path in home.glob("store/*/*.tmp") if path.is_dir()), "start")


def tree_memory(process: psutil.Process) -> int:
    """Bytes of memory of a process and its children, shared pages counted once."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        for each in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += each.memory_full_info().pss
    return total


@dataclass(frozen=True)
class Measured:
    """One run of the command line."""

    wall_s: float
    cpu_s: float
    peak: dict[str, int]
    output: str


def measure(arguments: Sequence[str], home: Path, source: Path | None = None) -> Measured:
    """Run `emma` with these arguments to its end and measure it: this package, or the one in the folder `source`.

    Raises CalledProcessError when it fails.
    """
    environment = os.environ | ({"PYTHONPATH": str(source)} if source else {})
    command = [sys.executable, "-m", "emma", *arguments, "--home", str(home)]
    start = time.perf_counter()
    before = psutil.Process().cpu_times()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        watch = Watch(psutil.Process(process.pid), home)
        thread = threading.Thread(target=watch.run)
        thread.start()
        output = process.communicate()[0]
        wall = time.perf_counter() - start
        thread.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = psutil.Process().cpu_times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Measured(wall, cpu, watch.peak, output)


def bytes_out(artifact: Artifact) -> int:
    """Bytes of an artifact's files and of its shards'."""
    own = sum(path.stat().st_size for path in artifact.path.rglob("*") if path.is_file())
    return own + sum(bytes_out(part) for shards in artifact.parts.values() for part in shards)


def stage_rows(run: Run, peak: dict[str, int]) -> list[str]:
    """One table row a stage, from the run's own record."""
    rows = []
    for event in events(run):
        stage, artifact = event["stage"], run.artifact(event["stage"])
        rows.append(
            f"| {run.name} | {stage} | {event['wall_s']:.1f} | {event['cpu_s']:.1f} | "
            f"{peak.get(stage, event['peak_bytes']) / 1e6:,.0f} | {bytes_out(artifact) / 1e6:,.2f} |"
        )
    return rows


def events(run: Run) -> list[dict[str, Any]]:
    """The record of the first time each stage ran."""
    lines = (run.path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    first: dict[str, dict[str, Any]] = {}
    for event in map(json.loads, lines):
        first.setdefault(event["stage"], event)
    return list(first.values())


def reused(home: Home, name: str) -> str:
    """Which stages the last run of a recipe, up to curate, took over, and which it did."""
    lines = (home.path / name / "events.jsonl").read_text(encoding="utf-8").splitlines()
    last = [json.loads(line) for line in lines[-list(INPUTS).index("curate") - 1 :]]
    taken, done = ([event["stage"] for event in last if event["reused"] is kept] for kept in (True, False))
    return f"taken over: {', '.join(taken) or 'none'}; done: {', '.join(done) or 'none'}"


def write(name: str, table: list[str], runs: tuple[Measured, Measured, Measured], home: Home) -> Path:
    """Write the dated result file: the first run stage by stage, then the second and the changed one."""
    first, again, changed = runs
    lines = [
        f"# The whole way: {name}",
        "",
        f"`python -m benchmarks.end_to_end{'' if name == 'demo' else f' recipes/{name}.toml'}`",
        "",
        machine(),
        "",
        "| run | stage | wall s | CPU s | peak MB | MB out |",
        "|---|---|--:|--:|--:|--:|",
        *table,
        "",
        f"First run: {first.wall_s:.1f} s wall, {first.cpu_s:.1f} CPU s, "
        f"peak {max(first.peak.values()) / 1e6:,.0f} MB. "
        "Memory is the proportional set size of the process tree; where two runs have a stage of the same name, the "
        "larger.",
        "",
        *claims(home.run(name)),
        "",
        f"Second run, nothing changed: {again.wall_s:.2f} s wall.",
        "",
        f"One curate threshold changed, up to curate: {changed.wall_s:.2f} s wall; {reused(home, name)}.",
        "",
        "```",
        first.output.rstrip(),
        "```",
        "",
    ]
    path = result_path(f"end_to_end-{name}{f'-{limit().lower()}' if limit() else ''}")
    path.parent.mkdir(exist_ok=True)
    text = "\n".join(lines).replace(str(home.path), "emma-runs")
    path.write_text("\n".join(line.rstrip() for line in text.split("\n")), encoding="utf-8")
    return path


def quote(result: Path, readme: Path) -> None:
    """Put the demo's own output, from a result file, between the README's marks."""
    output = result.read_text(encoding="utf-8").split("```")[1]
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n```text{output}```\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure a recipe, or the demo, three times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", nargs="?", type=Path, help="a recipe (default: emma demo)")
    parser.add_argument("--home", type=Path, help="keep the run here (default: a temporary folder)")
    arguments = parser.parse_args()
    name = arguments.recipe.stem if arguments.recipe else "demo"
    command = ["run", str(arguments.recipe)] if arguments.recipe else ["demo"]
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(arguments.home or Path(temporary) / "emma-runs")
        first = measure(command, home.path)
        table = [row for run in home.list_runs() for row in stage_rows(run, first.peak)]
        again = measure(command, home.path)
        recipe = str(arguments.recipe or Path(__file__).parents[1] / "recipes" / "demo.toml")
        changed = measure(["curate", recipe, "--set", "curate.near_threshold=0.85"], home.path)
        result = write(name, table, (first, again, changed), home)
        print(result.read_text(encoding="utf-8"))
        if name == "demo" and not limit():
            quote(result, Path(__file__).parents[1] / "README.md")


if __name__ == "__main__":
    main()
