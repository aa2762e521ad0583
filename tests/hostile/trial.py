"""One input read by the real collect stage, in a process that may take only so much and touch only so much.

What is asked of any bytes whatever: no error but EMMA's own; every unit in a document or a reject, and every id once;
the good file beside the bad one read in full; nothing written outside the store, nothing run, nobody called; bounded
time and memory.
"""

import contextlib
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from emma.collect.config import CollectConfig, SourceConfig
from emma.collect.run import collect
from emma.errors import EmmaError
from emma.store import shards
from emma.work.local import Local
from emma.work.progress import Reporter
from emma.work.work import StageOutput, Work
from tests.hostile.forms import Form

CPU_S = 60 if "COVERAGE_RUN" in os.environ else 10  # tracing makes pure Python several times slower
MEMORY_BYTES, FILE_BYTES = 2 << 30, 256 << 20
"""What one small input may take of each."""
MAX_ROW_BYTES = 2_000_000
MARK = "emma-was-deceived"
"""Name that hostile inputs give to files they try to write; none of that name may come to be."""
FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")
"""What no input may bring about, as Python's audit events call it."""


@dataclass(frozen=True)
class Outcome:
    """What became of an input."""

    fault: str
    """What must not happen and did; empty if nothing."""
    message: str
    """Counts, or the error that EMMA gave."""
    cpu_s: float

    @property
    def hung(self) -> bool:
        """Whether it was stopped for taking too long."""
        return self.fault.startswith("hang")


def try_files(form: Form, files: Sequence[bytes], room: Path) -> Iterator[Outcome]:
    """Collect damaged files, each beside a good one of its form and in a folder of its own."""
    rooms = [room / str(number) for number in range(len(files))]
    for data, each in zip(files, rooms, strict=True):
        write(form, each / "data" / "in", data)
        write(form, each / "data" / "good", form.pack(form.content))
    return run_confined([partial(run_collect, form, each) for each in rooms], rooms)


def write(form: Form, folder: Path, data: bytes) -> None:
    """Put a form's file, with these bytes, and those beside it into a folder."""
    for name, content in {**form.beside, form.file: data}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def section(form: Form, room: Path) -> CollectConfig:
    """A recipe's section with the one source."""
    own = form.file if not form.beside else "*"
    given: dict[str, Any] = {"path": (f"in/{own}", f"good/{own}"), **form.source}
    source = {"name": "s", "reader": form.reader, "licence": "CC0-1.0", **given}
    lenient = {name: 1.0 for name in ("max_reject",) if name in SourceConfig.model_fields}
    lenient_section = {name: 1.0 for name in ("max_reject",) if name in CollectConfig.model_fields}
    return CollectConfig.model_validate(
        {
            "sources": [{**source, **lenient}],
            "root": str(room / "data"),
            "max_row_bytes": MAX_ROW_BYTES,
            **lenient_section,
        }
    )


def run_collect(form: Form, room: Path) -> str:
    """Run the collect stage over a room's data; its counts. AssertionError where they do not hold."""
    store = room / "store"
    out = store / "collect" / "0"
    out.mkdir(parents=True)
    work = Work(store, "collect", 1, "0", out, Local(1), Reporter(quiet=True))
    made = collect(section(form, room), work=work)
    check_balance(made)
    return ", ".join(f"{count} {name}" for name, count in made.counts.items())


def check_balance(made: StageOutput) -> None:
    """AssertionError unless every row is a document or a reject, once."""
    documents, rejects = (
        [row for part in made.parts["documents"] for row in shards.read(part.file(f"{name}.parquet")).to_pylist()]
        for name in ("documents", "rejects")
    )
    counts = made.counts
    rejected = sum(count for name, count in counts.items() if name.startswith("rejected"))
    assert counts["rows_out"] == len(documents), "documents are not as counted"
    assert counts["rows_in"] == len(documents) + rejected, "rows do not add up"
    assert len({each["id"] for each in documents}) == len(documents), "an id twice"
    assert any(each["file"].startswith("good/") for each in documents), "the good file was not read"
    good = [each["reason"] for each in rejects if each["file"].startswith("good/")]
    assert not [each for each in good if not each.startswith(("only placeholders", "no raw"))], f"good rejected: {good}"


def run_confined(runs: Sequence[Callable[[], str]], rooms: Sequence[Path]) -> Iterator[Outcome]:
    """Run things one after the other in a child, each limited to its room; after one that ends it, in another child."""
    done = 0
    while done < len(runs):
        reader, writer = os.pipe()
        before = [_listing(room) for room in rooms[done:]]  # before the child is there, which writes at once
        child = os.fork()
        if not child:
            os.close(reader)
            _child(runs[done:], rooms[done:], writer)
        os.close(writer)
        lines, status = _watched(child, reader)
        for line, listing in zip(lines, before, strict=False):
            cpu_s, message = line.split(" ", 1)
            yield Outcome(_fault(message) or _traces(rooms[done], listing), message, float(cpu_s))
            done += 1
        if done < len(runs) and len(lines) < len(before):
            yield Outcome(_death(status), "", CPU_S)
            done += 1


def _child(runs: Sequence[Callable[[], str]], rooms: Sequence[Path], writer: int) -> None:
    for kind, most in ((resource.RLIMIT_DATA, data_bytes() + MEMORY_BYTES), (resource.RLIMIT_FSIZE, FILE_BYTES),
                       (resource.RLIMIT_CORE, 0)):  # fmt: skip
        resource.setrlimit(kind, (most, most))
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    where = [""]
    sys.addaudithook(_guard(where))
    for run, room in zip(runs, rooms, strict=True):
        where[0] = os.path.realpath(room)
        (room / "around").mkdir()
        os.chdir(room / "around")
        tempfile.tempdir = str(room / "around")
        start = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(start) + CPU_S + 1, resource.RLIM_INFINITY))
        message = _describe_run(run).replace("\n", " ")[:3000]
        os.write(writer, f"{time.process_time() - start:.3f} {message}\n".encode("utf-8", "replace"))
    os._exit(0)


def data_bytes() -> int:
    """What the kernel counts against RLIMIT_DATA of this process: a child begins with all that its parent has.

    0 where the system does not say.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmData")), 0)


def _describe_run(run: Callable[[], str]) -> str:
    try:
        return run()
    except EmmaError as error:
        return f"{type(error).__name__}: {error}"
    except BaseException as error:  # whatever it is, it is a fault
        frames = traceback.extract_tb(error.__traceback__)
        ours = [each for each in frames if "/emma/" in each.filename] or list(frames)
        return (
            f"traceback {type(error).__name__}: {str(error)[:300]} ({Path(ours[-1].filename).name}:{ours[-1].lineno})"
        )


def _guard(where: list[str]) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook that lets nothing be written outside of a folder, nothing be run, and nobody be called."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FORBIDDEN:
            raise AssertionError(f"{event} {arguments[:2]!r}"[:300])
        if event == "open" and isinstance(arguments[0], str | bytes) and arguments[2]:
            writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            path = os.path.realpath(os.fsdecode(arguments[0]))
            own = path.startswith((f"{where[0]}/", "/dev/", "/proc/")) or "/__pycache__" in path  # compiled kernels
            if writes and not own:
                raise AssertionError(f"writes {path}")

    return hook


def _watched(child: int, reader: int) -> tuple[list[str], int]:
    """What a child said of each thing it did, and how it ended; killed when it says nothing for long."""
    pieces = list[bytes]()
    while True:
        ready, _, _ = select.select([reader], [], [], 10 * CPU_S)
        if not ready:
            os.kill(child, signal.SIGKILL)
        if not (piece := os.read(reader, 1 << 16)):
            break
        pieces.append(piece)
    os.close(reader)
    return b"".join(pieces).decode("utf-8", "replace").splitlines(), os.waitpid(child, 0)[1]


def _death(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return f"ended the process with {os.waitstatus_to_exitcode(status)}"
    number = os.WTERMSIG(status)
    hung = number in (signal.SIGXCPU, signal.SIGKILL)
    return f"hang: over {CPU_S} s" if hung else f"killed by {signal.Signals(number).name}"


def _fault(message: str) -> str:
    return message if message.startswith("traceback") or "a bug in EMMA" in message else ""


def _listing(room: Path) -> Mapping[str, int]:
    """What lies outside of the store, with sizes."""
    paths = [path for path in room.rglob("*") if path.relative_to(room).parts[0] != "store"]
    return {str(path.relative_to(room)): path.lstat().st_size for path in paths if path.is_file()}


def _traces(room: Path, before: Mapping[str, int]) -> str:
    """What a run left where it should not."""
    after = _listing(room)
    apart = {name for name in after if name.startswith("data/")} if not before else set()  # what a run made to read
    changed = sorted(name for name in before | after if before.get(name) != after.get(name) and name not in apart)
    marks = [str(path) for path in (Path("/tmp") / MARK, room.parent / MARK, room / MARK) if path.exists()]
    links = [str(path) for path in (room / "store").rglob("*") if path.is_symlink()]
    return (
        f"left outside of the store: {', '.join([*changed, *marks, *links][:5])}" if changed or marks or links else ""
    )


@contextlib.contextmanager
def fresh(room: Path) -> Iterator[Path]:
    """A folder that is empty and goes away."""
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)
