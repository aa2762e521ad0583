"""Programs that a model wrote, run behind walls: no network, no files but tools, and bounds on all that they take.

Kernel namespaces do the walling in (see `walls`); time, memory and processes are watched from outside as well, since
what bounds each process bounds no tree of them. It keeps out accidents and mischief; a hole in the kernel it does not.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import orjson

from emma.errors import RecipeError
from emma.evaluate.metrics import walls

SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/etc/alternatives", "/etc/ld.so.cache")
SECONDS = 30.0
"""Time for a program by the clock, compiling included."""
TICK = 0.05
"""Seconds from one look at a program to the next."""
MEMORY, DISK, PROCESSES = 1 << 30, 128 << 20, 64
"""Bytes and processes that a program and all its children may have at once."""
LIMITS = {
    "RLIMIT_CPU": 20,
    "RLIMIT_AS": 16 << 30,  # runtimes reserve far more than they use; what they use is watched
    "RLIMIT_FSIZE": 64 << 20,
    "RLIMIT_NPROC": PROCESSES,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
}
ENVIRONMENT = {"HOME": "/box", "LANG": "C.UTF-8", "GOMAXPROCS": "2", "GOFLAGS": "-p=2", "UV_THREADPOOL_SIZE": "2"}
TOOLCHAINS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "bash": ("program.sh", "bash", ("TOOL program.sh",)),
    "cpp": ("program.cpp", "g++", ("TOOL -std=c++17 -o program program.cpp", "/box/program")),
    "go": ("program_test.go", "go", ("TOOL test program_test.go",)),
    "java": ("Main.java", "java", ("TOOL -ea -XX:ActiveProcessorCount=2 -Xmx512m Main.java",)),
    "javascript": ("program.js", "node", ("TOOL --v8-pool-size=2 program.js",)),
    "lua": ("program.lua", "lua", ("TOOL program.lua",)),
    "perl": ("program.pl", "perl", ("TOOL program.pl",)),
    "php": ("program.php", "php", ("TOOL program.php",)),
    "python": ("program.py", "python", ("TOOL -I program.py",)),
    "ruby": ("program.rb", "ruby", ("TOOL program.rb",)),
    "rust": ("program.rs", "rustc", ("TOOL -C codegen-units=1 -o program program.rs", "/box/program")),
}
"""Of a programming language, the name of a program's file, the tool, and the commands that compile and run it."""


@dataclass(frozen=True)
class Outcome:
    """How a program ended."""

    reason: str
    """`passed` (exit status 0), `failed`, or what it had too much of: `time`, `memory`, `processes`."""
    text: str
    """The end of what it wrote."""


@lru_cache(maxsize=1 << 16)
def run_program(language: str, source: str, seconds: float = SECONDS) -> Outcome:
    """Run a program behind walls. Raises RecipeError where this machine has no walls, or no tool for the language."""
    check_walls()
    file, _, commands = TOOLCHAINS[language]
    tool = find_tool(language)
    lines = [command.replace("TOOL", str(tool)).split() for command in commands]
    return _run_commands(lines, file, source, seconds, tool_folders(tool))


@lru_cache(maxsize=1)
def check_walls() -> None:
    """Raise RecipeError where no walls can be built, so that no stranger's program ever runs without."""
    if not sys.platform.startswith("linux"):
        raise RecipeError("Generated code is run behind Linux namespaces alone: run benchmarks of code on Linux.")
    outcome = _run_commands([["/usr/bin/true"]], "empty", "", SECONDS, ())
    if outcome.reason != "passed":
        raise RecipeError(
            f"This machine gives no namespaces of its own to run generated code in: {outcome.text.strip()}. Allow user "
            "namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns; of a "
            "container --security-opt seccomp=unconfined), or leave the benchmarks of code out."
        )


@lru_cache
def find_tool(language: str) -> Path:
    """The compiler or interpreter of a language. Raises RecipeError when it is not installed."""
    if language not in TOOLCHAINS:
        raise RecipeError(f"Programs in '{language}' cannot be run: only {', '.join(TOOLCHAINS)}.")
    if language == "python":
        return Path(sys.executable).resolve()
    name = TOOLCHAINS[language][1]
    if (found := which(name)) is None:
        raise RecipeError(f"Programs in {language} need '{name}', which is not installed here.")
    if language == "rust":  # what is on the path may only choose among the compilers of a home
        return Path(subprocess.check_output([found, "--print", "sysroot"], text=True).strip(), "bin", name)
    return Path(found) if found.startswith("/usr/") else Path(found).resolve()


def tool_folders(tool: Path) -> tuple[str, ...]:
    """What a tool needs beside SYSTEM: the folder above its `bin`, unless that is a home or above one."""
    folder = tool.parent.parent
    return () if folder in (Path("/usr"), Path.home(), *Path.home().parents) else (str(folder),)


def _run_commands(
    commands: Sequence[Sequence[str]], file: str, source: str, seconds: float, folders: Sequence[str]
) -> Outcome:
    with TemporaryDirectory() as root, TemporaryFile() as program, TemporaryFile() as output:
        program.write(source.encode("utf-8", "replace"))
        program.seek(0)
        spec = {
            "root": root,
            "file": file,
            "commands": commands,
            "readable": [
                path for path in (*SYSTEM, *map(str, Path("/etc").glob("java-*")), *folders) if os.path.lexists(path)
            ],
            "disk": DISK,
            "limits": LIMITS,
            "environment": ENVIRONMENT | {"PATH": f"{Path(commands[0][0]).parent}:/usr/bin:/bin"},
        }
        reason = _watch(orjson.dumps(spec).decode(), program, output, seconds)
        output.seek(max(0, output.seek(0, os.SEEK_END) - 2000))
        return Outcome(reason, output.read().decode("utf-8", "replace"))


def _watch(spec: str, program: IO[bytes], output: IO[bytes], seconds: float) -> str:
    """Run the script of the walls until it ends or there is too much of something; why it ended."""
    command, end = [sys.executable, "-I", "-S", walls.__file__, spec], time.monotonic() + seconds
    with subprocess.Popen(
        command, stdin=program, stdout=output, stderr=output, env={}, start_new_session=True
    ) as process:
        while process.returncode is None:
            # Before the first look: one that another program's watcher had while this one was being started may have
            # taken it for what starts it, a copy of this process and as large.
            with suppress(subprocess.TimeoutExpired):
                process.wait(TICK)
            if process.returncode is None and (excess := _find_excess(process.pid, end)):
                os.killpg(process.pid, signal.SIGKILL)  # the first process inside is of the group, and takes all along
                return excess
    return "passed" if process.returncode == 0 else "failed"


def _find_excess(pid: int, end: float) -> str | None:
    sizes, children = _read_processes(int(time.monotonic() / TICK))
    below = [pid]
    for process in below:  # which grows meanwhile
        below += children.get(process, [])
    too_much = {
        "time": time.monotonic() > end,
        "memory": sum(sizes.get(process, 0) for process in below) > MEMORY,
        "processes": len(below) > PROCESSES + 3,  # beside those that built the walls
    }
    return next((name for name, is_so in too_much.items() if is_so), None)


@lru_cache(maxsize=1)
def _read_processes(_: int) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Resident bytes and children of all processes, read once in a TICK for all programs that run."""
    sizes, children = dict[int, int](), dict[int, list[int]]()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(folder.name))
            sizes[int(folder.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return sizes, children
