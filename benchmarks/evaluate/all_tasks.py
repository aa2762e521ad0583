"""All benchmarks at hand in all their languages on one small model: what it costs, and that a kill changes nothing.

    python -m benchmarks.evaluate.all_tasks BENCH BIBLES MODEL [--limit 50] [--only-print]

BENCH has a folder for each benchmark, BIBLES is a folder of Bibles (CES, USFX, OSIS), MODEL a Hugging Face folder, on
the CPU with one thread. Four parts, each `emma evaluate` in processes of its own:

- all: every benchmark whose data is there, in every language, up to `--limit` items of each.
- killed: four benchmarks, 30 items of each language; then in an empty home, killed (SIGKILL) at random moments, ten
  times, and gone on. All tables and stored answers are compared byte by byte. Costs are the uninterrupted run's.
- planned: SIB-200 in 205 languages (those of BENCH, some of them twice under made-up labels), 204 items, seven labels,
  three examples: read, tokenised, sorted and cut into chunks, and nothing asked.
- stored: FLORES-200 both ways answered by a made-up model, as many times over as makes 400,000 generations; then scored
  again from the store.
"""

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import iso639

from benchmarks.machine import machine, publish
from emma.lang.codes import resolve

LANGUAGES, KILLS, GENERATIONS = 205, 10, 400_000
KILLED_TASKS, KILLED_LIMIT = ("xcopa", "nusax", "americasnli", "nusax_mt"), 30
NEEDS = {
    "taxi1500": "taxi1500_labels",
    "flores200": "flores200_devtest",
    "flores200_likelihood": "flores200_devtest",
    "nusax_mt": "nusax",
    "bible_likelihood": "bibles",
}
TASKS = (
    "sib200", "taxi1500", "nusax", "xcopa", "americasnli", "belebele", "xquad", "flores200", "nusax_mt", "tata", "mgsm",
    "flores200_likelihood", "bible_likelihood",
)  # fmt: skip
QUIET = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    wall_s: float
    cpu_s: float
    peak_gib: float
    out: str

    def __str__(self) -> str:
        return f"{self.wall_s:.0f} | {self.cpu_s:.0f} | {self.peak_gib:.2f}"


def main() -> None:
    """Measure and write the dated result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bench", "bibles", "model"):
        parser.add_argument(name, type=lambda text: Path(text).absolute())
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--only-print", action="store_true")
    parser.add_argument("--plan", nargs=1, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.plan:
        plan(arguments.bench, arguments.model)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for path in (*arguments.bench.iterdir(), arguments.bibles):
            name = "bibles" if path == arguments.bibles else path.name
            (folder / "data").mkdir(exist_ok=True)
            (folder / "data" / name).symlink_to(path)
        rows = [row for part in arguments.only or PARTS for row in PARTS[part](folder, arguments)]
    publish("evaluate-all_tasks", render(rows, arguments), only_print=arguments.only_print)


def measure(command: Sequence[str], folder: Path) -> Cost:
    """Run a command to its end. The peak is that of its largest process."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=QUIET, stdout=subprocess.PIPE, text=True) as process:
        out = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20, out)


def evaluate(name: str, model: str, tasks: Sequence[str], *more: str) -> list[str]:
    """The command; its home and tables are called `name`."""
    asked = [word for task in tasks for word in ("--task", task)]
    places = ["--data", "data", "--home", f"{name}-home", "--out", name, "--set", "evaluate.device=cpu"]
    return [sys.executable, "-m", "emma", "evaluate", "--quiet", "--model", f"it={model}", *asked, *places, *more]


def measure_all(folder: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """Every benchmark in every language."""
    tasks = [task for task in TASKS if (folder / "data" / NEEDS.get(task, task)).exists()]
    command = evaluate("all", str(arguments.model), tasks, "--limit", str(arguments.limit))
    cost = measure(command, folder)
    items, langs = count_items(folder / "all")
    yield f"| all: {len(tasks)} benchmarks, {langs} languages, {items:,} answers | {cost} |"
    again = measure(command, folder)
    yield f"| all: scored again from the store | {again} |"


def count_items(out: Path) -> tuple[int, int]:
    """Rows of the table of items, and languages in it."""
    import pyarrow.parquet as pq

    table = pq.read_table(out / "tasks/items.parquet", columns=["lang"])
    return table.num_rows, len(table["lang"].unique())


def measure_kills(folder: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """Killed at random moments and gone on."""
    more = ("--limit", str(KILLED_LIMIT))
    commands = {name: evaluate(name, str(arguments.model), KILLED_TASKS, *more) for name in ("whole", "killed")}
    whole = measure(commands["whole"], folder)
    chunks, places = count_shards(folder / "whole-home"), list[int]()
    random.seed(0)
    for _ in range(KILLS):
        with subprocess.Popen(commands["killed"], cwd=folder, env=QUIET, stdout=subprocess.DEVNULL) as process:
            # Between the chunks, in the midst of one, or before the first: wherever this many more seconds lead.
            enough = count_shards(folder / "killed-home") + random.randint(0, 2)
            while process.poll() is None and count_shards(folder / "killed-home") < enough:
                time.sleep(0.01)
            time.sleep(random.uniform(0, 3))
            process.kill()
        places.append(count_shards(folder / "killed-home"))
    measure(commands["killed"], folder)
    digests = [digest(folder / name / "tasks") | digest(folder / f"{name}-home/store/answers") for name in commands]
    same = "the same bytes" if digests[0] == digests[1] else "OTHER BYTES"
    after = ", ".join(map(str, places))
    files = f"{same} in {len(digests[0])} files"
    yield f"| killed {KILLS} times, with {after} of {chunks} chunks kept, and gone on: {files} | {whole} |"


def count_shards(home: Path) -> int:
    """Shards of answers that a home has."""
    return len(list((home / "store/answers").rglob("*.parquet")))


def digest(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder."""
    files = (path for path in folder.rglob("*.parquet") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def measure_plan(folder: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """Planned and not asked."""
    source = sorted((folder / "data/sib200").resolve().iterdir())
    places, spare = folder / "sib/sib200", spare_labels({path.name for path in source})
    places.mkdir(parents=True)
    for number in range(LANGUAGES):
        path = source[number % len(source)]
        (places / (path.name if number < len(source) else spare[number])).symlink_to(path)
    command = [sys.executable, "-m", "benchmarks.evaluate.all_tasks", str(folder / "sib"), ".", str(arguments.model)]
    cost = measure([*command, "--plan", "it"], Path.cwd())
    yield f"| planned: {cost.out.strip()} | {cost} |"


def spare_labels(taken: set[str]) -> list[str]:
    """Labels of languages that have no data here, for copies of another's."""
    known = {name[:3] for name in taken}
    living = (each.part3 for each in iso639.ALL_LANGUAGES if each.part3 and each.scope == "I" and each.type == "L")
    labels = [f"{code}_Latn" for code in sorted(living) if code not in known]
    return [label for label in labels if resolve(label).label == label]


def plan(bench: Path, model: Path) -> None:
    """Read and plan SIB-200 in every language, and say how much that is."""
    from emma.evaluate.backends.open import open_backend
    from emma.evaluate.config import EvaluateConfig
    from emma.evaluate.engine.plan import plan_requests
    from emma.evaluate.tasks.registry import find_task
    from emma.evaluate.tasks.task import Asking

    task, backend = find_task("sib200"), open_backend(str(model), EvaluateConfig(device="cpu"))
    requests, langs = [], task.languages(bench / "sib200")
    for lang in langs:
        data = task.read(bench / "sib200", lang)
        requests += [task.ask(item, lang, data, Asking(shots=3))["cloze"][0] for item in data.items]
    chunks = plan_requests(backend, requests)
    tokens = sum(each.tokens for chunk in chunks for each in chunk)
    choices = sum(len(request.choices) for request in requests)
    print(f"{len(langs)} languages, {len(requests):,} items, {choices:,} choices, {tokens:,} tokens")


def measure_store(folder: Path, arguments: argparse.Namespace) -> Iterator[str]:  # noqa: ARG001
    """400,000 answers stored, and scored again."""
    source = (folder / "data/flores200_devtest").resolve()
    places = folder / "flores/flores200_devtest"
    places.mkdir(parents=True)
    files = sorted(path for path in source.glob("*.devtest.zst") if path.stat().st_size > 10_000)
    for path in files:
        shutil.copy(path, places)
    others = [path for path in files if not path.name.startswith("eng.")]
    spare = spare_labels({path.name[:3] for path in files})
    for number in range(round(GENERATIONS / (2 * 1012)) - len(others)):
        (places / f"{spare[number]}.devtest.zst").symlink_to(others[number % len(others)])
    command = evaluate("stored", "fake:one", ["flores200"])
    command[command.index("data")] = "flores"
    first, again = measure(command, folder), measure(command, folder)
    items, langs = count_items(folder / "stored")
    size = sum(path.stat().st_size for path in (folder / "stored-home/store/answers").rglob("*.parquet"))
    yield f"| stored: {items:,} generations in {langs} languages, {size / 1e6:.0f} MB; asked and scored | {first} |"
    yield f"| stored: scored again from the store | {again} |"


PARTS: dict[str, Callable[[Path, argparse.Namespace], Iterator[str]]] = {
    "killed": measure_kills,
    "planned": measure_plan,
    "stored": measure_store,
    "all": measure_all,
}


def render(rows: Sequence[str], arguments: argparse.Namespace) -> str:
    """The result as Markdown."""
    lines = [
        "# Benchmarks in all languages: costs, kills, planning, the store",
        "",
        "    python -m benchmarks.evaluate.all_tasks BENCH BIBLES MODEL"
        + f" --limit {arguments.limit}"
        + "".join(f" --only {part}" for part in arguments.only or ()),
        "",
        f"{machine()}.",
        "",
        __doc__.split("\n\n", 2)[2].strip(),
        "",
        f"The model is {arguments.model.name}. Wall seconds are of a machine that others use as well.",
        "",
        "| | wall s | CPU s | peak GiB |",
        "|---|---:|---:|---:|",
        *rows,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
