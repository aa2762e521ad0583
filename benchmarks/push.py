"""Does a push that is killed again and again end with the same repositories, and how much is sent twice?

    python -m benchmarks.push [--run HOME NAME]

`emma release --push` in a process of its own, with the hub's own client, against a server of the hub's routes on this
machine (tests/hub.py; large files by LFS in parts of 1 MB, Xet off). The release has 900 languages in three splits and
weights of 200 MB in files of 20 MB; with --run, a finished run's release is pushed too. Each is pushed whole, asked for
again, and pushed anew while it is killed (SIGKILL) when a tenth, a half and nine tenths of its bytes have come.
Afterwards every file on the server is compared with the release byte by byte. The client has five files on their way at
once; what was on its way when the process died is sent again from its beginning: that is what is sent twice, and it
grows with the size of files. Seconds are of a busy machine, and of no network.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tests.hub import TOKEN, Hub, serve_hub
from tests.pipeline.hub.conftest import MODEL_CARD, make_run
from tests.report.synthetic import labels

from benchmarks.machine import machine, publish
from emma.pipeline.home import Home, Run
from emma.pipeline.hub.uploads import Destination, Upload, stage_uploads
from emma.release.corpus import SCHEMA
from emma.schemas import SPLITS

LANGUAGES, WEIGHTS, WEIGHT_BYTES = 900, 10, 20_000_000
KILLS = (0.1, 0.5, 0.9)
DESTINATION = Destination("someone/model", "someone/model-corpus")


@dataclass(frozen=True)
class Trial:
    """One way of pushing a release."""

    name: str
    starts: int
    seconds: float
    requests: int
    sent: int
    """Bytes of large files that came to the server."""
    same: int
    """Files of the release that are on the server byte by byte, in the end."""


def fill_release(out: Path) -> None:
    """A release of many small files and some large ones, each unlike the others."""
    random = np.random.default_rng(0)
    (out / "model").mkdir()
    (out / "model" / "README.md").write_text(MODEL_CARD)
    for number in range(WEIGHTS):
        (out / "model" / f"model-{number:05}-of-{WEIGHTS:05}.safetensors").write_bytes(random.bytes(WEIGHT_BYTES))
    (out / "corpus").mkdir()
    (out / "corpus" / "README.md").write_text(MODEL_CARD)
    for lang in labels(LANGUAGES):
        for split in SPLITS:
            path = out / "corpus" / "data" / lang / f"{split}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            row = dict.fromkeys(SCHEMA.names) | {"id": f"test:{lang}#{split}", "text": lang, "lang": lang}
            pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), path)


@contextmanager
def pushing(hub: Hub, run: Run) -> Iterator["subprocess.Popen[str]"]:
    """The command, as a user gives it."""
    command = ["-m", "emma", "release", run.name, "--home", str(run.home.path), "--push", DESTINATION.model]
    own = {
        "HF_ENDPOINT": hub.endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(hub.folder / "client"),
        "HF_TOKEN": TOKEN,
    }
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen([sys.executable, *command], env={**os.environ, **own}, **pipes) as process:
        yield process


def push(hub: Hub, run: Run, stop_at: float | None = None) -> bool:
    """Push, until so many bytes have come; whether it was done before. Exits where the command fails."""
    with pushing(hub, run) as process:
        while stop_at is not None and process.poll() is None and sum(hub.sent.values()) < stop_at:
            time.sleep(0.005)
        if stop_at is not None and process.poll() is None:
            process.kill()
        output, _ = process.communicate()
    if process.returncode not in (0, -9):
        raise SystemExit(output)
    return process.returncode == 0


def try_release(run: Run, scratch: Path) -> tuple[list[Upload], list[Trial]]:
    """All trials of a release."""
    with stage_uploads(run.release, DESTINATION) as uploads:
        size = sum(sum(upload.files.values()) for upload in uploads)
        trials = []
        with serve_hub(scratch / "whole") as hub:
            trials.append(measure("whole", hub, run, uploads))
            trials.append(measure("asked for again", hub, run, uploads))
        with serve_hub(scratch / "killed") as hub:
            stops = [share * size for share in KILLS]
            trials.append(measure("killed three times", hub, run, uploads, stops))
        return uploads, trials


def measure(name: str, hub: Hub, run: Run, uploads: Sequence[Upload], stops: Sequence[float] = ()) -> Trial:
    """Push until it is done, killed at each stop; and compare."""
    before, asked, began = sum(hub.sent.values()), sum(hub.asked.values()), time.monotonic()
    starts = 1 + sum(not push(hub, run, stop) for stop in stops)
    push(hub, run)
    seconds = time.monotonic() - began
    requests, sent = sum(hub.asked.values()) - asked, sum(hub.sent.values()) - before
    return Trial(name, starts, seconds, requests, sent, sum(count_same(hub, upload) for upload in uploads))


def count_same(hub: Hub, upload: Upload) -> int:
    """Files of an upload that the server has byte by byte. Exits where it has others."""
    found = hub.contents(f"{upload.kind}s/{upload.repository}")
    if others := set(found) - set(upload.files) - {".gitattributes"}:
        raise SystemExit(f"{upload.repository} has files of nobody: {sorted(others)[:3]}")
    return sum(found.get(path) == (upload.folder / path).read_bytes() for path in upload.files)


def show(title: str, uploads: Sequence[Upload], trials: Sequence[Trial]) -> str:
    """A release's section."""
    files, size = sum(len(each.files) for each in uploads), sum(sum(each.files.values()) for each in uploads)
    head = ("", "starts", "seconds", "requests", "MB of large files sent", "files as in the release")
    rows = [
        (
            each.name,
            each.starts,
            f"{each.seconds:.0f}",
            f"{each.requests:,}",
            f"{each.sent / 1e6:.1f}",
            f"{each.same:,}",
        )
        for each in trials
    ]
    table = [" | ".join(map(str, ("", *row, ""))).strip() for row in (head, ("---", *["--:"] * 5), *rows)]
    return "\n".join([f"## {title}", "", f"{files:,} files, {size / 1e6:.1f} MB.", "", *table, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", nargs=2, metavar=("HOME", "NAME"), help="a finished run to push too")
    parser.add_argument("--only-print", action="store_true", help="write no result file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        runs = {"900 languages": make_run(Path(scratch) / "home", fill_release)}
        if arguments.run:
            runs[f"The run `{arguments.run[1]}`"] = Home(Path(arguments.run[0])).run(arguments.run[1])
        sections = [show(title, *try_release(run, Path(scratch) / run.name / title)) for title, run in runs.items()]
    head = ["# Pushing a release to the hub", "", "`python -m benchmarks.push --run HOME demo`", "", machine(), ""]
    told = (__doc__ or "").split("\n\n", 2)[2]
    publish("push", "\n".join([*head, told, *sections]), only_print=arguments.only_print)


if __name__ == "__main__":
    main()
