"""How large the report of hundreds of languages is, and how long a browser takes to show it.

    python -m benchmarks.report [--languages 90 450 900]

The run is made up (tests/report): every seventh language got worse, every tenth has no test documents, two hundred have
results of three benchmarks, and held-out text of all was scored twenty times while training. The page is opened from
disk by a real Chromium, each time with a fresh profile. Paint is the browser's own first-contentful-paint; the other
times are of what a reader does next, until the screen has it.
"""

import argparse
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
from tests.report.many_tasks import write_many_tasks
from tests.report.synthetic import labels, run_artifacts
from tests.report.synthetic_validation import write_validation

from benchmarks.machine import machine, result_path
from benchmarks.pictures import open_browser
from emma.report.config import ReportConfig
from emma.report.run import report
from emma.store import shards
from emma.store.artifact import Artifact
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import Work

RUNS, WITH_TASKS = 5, 200
"""Times that a page is opened; languages that have results of benchmarks."""
SLOW = 4
"""Times that the processor is slowed down by the browser, about as slow as a cheap phone."""
PARTS = {
    "map": r'<figure class="map[^"]*">.*?</figure>',
    "charts": r"<figure>.*?</figure>",
    "language table": r'<table id="table".*?</table>',
    "pages of languages": r'<script type="application/octet-stream".*?</script>',
    "style and scripts": r"<style>.*?</style>|<script>.*?</script>",
}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
AFTER = """async ([what, argument]) => {
    const screen = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const start = performance.now();
    if (what === "open") location.hash = argument;
    else Object.assign(document.getElementById("find"), {value: argument}).dispatchEvent(new Event("input"));
    while (what === "open" && !document.querySelector("#language h1")) await screen();
    await screen();
    return performance.now() - start;
}"""


@dataclass(frozen=True)
class Times:
    """Milliseconds of one opening."""

    paint: float
    filtered: float
    """Until a name is found among all."""
    opened: float
    """Until the first page of a language stands, data unpacked."""


def make_report(count: int, store: Path) -> Path:
    """Write the page of a made-up run; returns its path."""

    def make(name: str, files: dict[str, pa.Table] | None = None, **parts: Sequence[Artifact]) -> Artifact:
        (store / name).mkdir()
        for file, table in (files or {}).items():
            shards.write(store / name / file, table)
        return Artifact(store / name, name, {}, {part: tuple(each) for part, each in parts.items()})

    langs = labels(count)
    inputs = run_artifacts(make, langs)
    write_validation(inputs["train"], langs)
    write_many_tasks(inputs["evaluate"].path / "tasks", langs[:WITH_TASKS])
    out = store / "report"
    out.mkdir()
    work = Work(store, "report", 1, "0" * 20, out, Local(1), Reporter(quiet=True))
    report(ReportConfig(), **inputs, work=work)
    return out / "index.html"


def measure_times(page: Path, slow: int) -> Times:
    """Open it once, with the processor slowed down so many times."""
    with open_browser() as browser:
        tab = browser.new_page()
        browser.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": slow})
        tab.goto(page.as_uri())
        paint = tab.evaluate(f"new Promise(done => setTimeout(() => done({PAINT}), 500))")
        filtered, opened = tab.evaluate(AFTER, ["find", "yoruba"]), tab.evaluate(AFTER, ["open", "yor_Latn"])
    return Times(paint, filtered, opened)


def measure_parts(page: Path) -> dict[str, int]:
    """Bytes of each part of the page."""
    text = page.read_text(encoding="utf-8")
    sizes = {
        name: sum(len(part.encode()) for part in re.findall(pattern, text, re.DOTALL))
        for name, pattern in PARTS.items()
    }
    return {**sizes, "everything else": page.stat().st_size - sum(sizes.values()), "all": page.stat().st_size}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", type=int, nargs="+", default=[90, 450, 900])
    arguments = parser.parse_args()
    rows: list[tuple[int, dict[str, int], dict[int, Times]]] = []
    for count in arguments.languages:
        with tempfile.TemporaryDirectory() as store:
            page = make_report(count, Path(store))
            times = {slow: find_middle([measure_times(page, slow) for _ in range(RUNS)]) for slow in (1, SLOW)}
            rows.append((count, measure_parts(page), times))
            print(rows[-1])
    result_path("report").write_text(write_result(rows), encoding="utf-8")


def find_middle(times: Sequence[Times]) -> Times:
    """The median of each time."""
    return Times(*(median(getattr(each, name) for each in times) for name in ("paint", "filtered", "opened")))


def write_result(rows: Sequence[tuple[int, dict[str, int], dict[int, Any]]]) -> str:
    """The result in Markdown."""
    heads = [f"{count} languages" for count, _, _ in rows]
    lines = [
        "# The report: size and speed",
        "",
        f"`python -m benchmarks.report`, {machine()}",
        "",
        __doc__.split("\n\n")[-1],
    ]
    lines += ["## Bytes", "", f"| part | {' | '.join(heads)} |", f"|---|{'---:|' * len(rows)}"]
    lines += [
        f"| {part} | {' | '.join(f'{sizes[part] / 1000:,.0f} kB' for _, sizes, _ in rows)} |" for part in rows[0][1]
    ]
    lines += ["", f"## Milliseconds, median of {RUNS}", "", f"| until | processor | {' | '.join(heads)} |"]
    lines += [f"|---|---|{'---:|' * len(rows)}"]
    words = {"paint": "first contentful paint", "filtered": "a name is found", "opened": "a language's page stands"}
    for name, what in words.items():
        for slow in (1, SLOW):
            cells = " | ".join(f"{getattr(times[slow], name):,.0f}" for _, _, times in rows)
            lines.append(f"| {what} | {'as it is' if slow == 1 else f'{slow} times slower'} | {cells} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
