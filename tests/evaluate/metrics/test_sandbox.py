"""Hostile programs: none gets out, takes more than its bounds, or outlives its time."""

import os
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from emma.errors import RecipeError
from emma.evaluate.metrics import sandbox
from emma.evaluate.metrics.sandbox import TOOLCHAINS, Outcome, check_walls, find_tool, run_program, tool_folders


@pytest.fixture(autouse=True, scope="module")
def walls() -> None:
    try:
        check_walls()
    except RecipeError as error:
        pytest.skip(str(error))


def run(source: str, seconds: float = 10) -> Outcome:
    return run_program("python", source, seconds)


def test_a_good_program_passes_and_a_failing_one_fails() -> None:
    assert run("print('ሰላም')") == Outcome("passed", "ሰላም\n")
    assert run("assert 1 + 1 == 3").reason == "failed"
    assert "AssertionError" in run("assert 1 + 1 == 3").text
    assert run("print('\ud800')").text == "?\n"  # half a character, as a byte-level model may write


@pytest.mark.parametrize(
    "source",
    [
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
        "open({secret!r}).read()",
        "open('/etc/passwd')",
        "open('/proc/1/environ').read() + open('/proc/1/root' + {secret!r}).read()",
        "open('/usr/hostile', 'w')",
        "open('/hostile', 'w')",
        "open(__import__('sys').executable, 'a')",
        "open('/dev/sda', 'rb')",
        "import os; os.mkfifo('/dev/hostile')",
        "import os; os.setuid(0)",
        "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0",  # a user namespace, to be root in
        "import ctypes; assert ctypes.CDLL(None).mount(b'x', b'/box', b'tmpfs', 0, None) == 0",
        "import ctypes; assert ctypes.CDLL(None).chroot(b'/box') == 0",
        "import resource as r; r.setrlimit(r.RLIMIT_NPROC, (9999, 9999))",
        "import os; os.kill({pid}, 9)",
        "import os; assert {pid} in [int(name) for name in os.listdir('/proc') if name.isdigit()]",
        "import os; assert 'SECRET' in os.environ",
        "assert input() is not None",
    ],
)
def test_there_is_no_way_out(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert run(source.format(port=server.getsockname()[1], secret=str(secret), pid=os.getpid())).reason == "failed"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        ("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", {"time"}),
        ("import os, time\nfor _ in range(99): os.fork() or (time.sleep(99), os._exit(0))", {"failed"}),
        ("import time; time.sleep(60)", {"time"}),
        ("import signal, time\nfor s in {*signal.Signals} - {9, 19}: signal.signal(s, 1)\ntime.sleep(60)", {"time"}),
        ("import os\nfor fd in range(99):\n  try: os.close(fd)\n  except OSError: pass\nwhile True: pass", {"time"}),
        ("while True: print('x' * 9999)", {"failed"}),  # more than a file may hold
        ("x = bytearray(3 << 30)", {"memory"}),
        ("import os\nfor _ in range(5): os.fork()\nx = bytearray(99 << 20)\nimport time; time.sleep(99)", {"memory"}),
        ("import mmap; m = mmap.mmap(-1, 3 << 30)\nfor at in range(0, 3 << 30, 4096): m[at] = 1", {"memory"}),
        ("for at in range(9):\n  with open(f'{at}', 'wb') as f: f.write(bytes(60 << 20))", {"failed"}),
        ("def f(): f()\nimport sys; sys.setrecursionlimit(10**9); f()", {"failed", "memory"}),
    ],
)
def test_there_is_no_more_than_its_bounds(source: str, reasons: set[str]) -> None:
    # Other bounds are reached long before the time, however busy the machine.
    assert run(source, 2 if reasons == {"time"} else 60).reason in reasons


def test_what_it_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    source = (
        "import os, sys, time\nif os.fork() == 0:\n  os.setsid()\n"
        f"  os.fork() or os.execv(sys.executable, ['sleeper', '-c', 'import time; time.sleep(99)', '{tmp_path}'])\n"
        "  os._exit(0)\ntime.sleep(0.5)"
    )
    assert run(source).reason == "passed"
    assert not find_processes(tmp_path)


@pytest.mark.slow
def test_what_starts_a_program_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MEMORY", 200 << 20)
    large = b"x" * (300 << 20)  # of this process: a new one is a copy of it until it is the program
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(run, [f"{number}" for number in range(100)]))
    assert {outcome.reason for outcome in outcomes} == {"passed"} and large


def test_it_ends_with_whoever_asked_for_it(tmp_path: Path) -> None:
    script = (
        "from emma.evaluate.metrics.sandbox import run_program; run_program('python', 'import time; time.sleep(99)')"
    )
    with subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(tmp_path)}) as process:
        while not (spied := find_processes(tmp_path)) or len(spied) < 3:
            time.sleep(0.05)
        time.sleep(1)  # and the last of them is behind its walls
        process.kill()
    for _ in range(200):
        if not find_processes(tmp_path):
            return
        time.sleep(0.05)
    raise AssertionError(find_processes(tmp_path))


def find_processes(folder: Path) -> list[str]:
    """Processes whose command names a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes().decode(errors="replace"))
    return [name for name in found if str(folder) in name]


def test_nothing_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run("open('/box/a', 'w').write('x'); open('/tmp/b', 'w').write('x')").reason == "passed"
    assert not list(tmp_path.iterdir())


HELLO = {
    "bash": "echo 42",
    "cpp": "#include <iostream>\nint main() { std::cout << 42; }",
    "go": 'package main\nimport ("fmt"; "testing")\nfunc TestX(t *testing.T) { fmt.Println(42) }',
    "java": "public class Main { public static void main(String[] a) { System.out.println(42); } }",
    "javascript": "console.log(42)",
    "lua": "print(42)",
    "perl": "print 42;",
    "php": "<?php echo 42;",
    "python": "print(42)",
    "ruby": "puts 42",
    "rust": 'fn main() { println!("42"); }',
}


@pytest.mark.slow
@pytest.mark.parametrize("language", TOOLCHAINS)
def test_every_tool_that_is_here_runs(language: str) -> None:
    try:
        find_tool(language)
    except RecipeError as error:
        pytest.skip(str(error))
    outcome = run_program(language, HELLO[language], 60)
    assert (outcome.reason, "42" in outcome.text) == ("passed", True), outcome
    assert run_program(language, "}{ no program", 60).reason == "failed"


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "which", lambda name: None)
    with pytest.raises(RecipeError, match="need 'ruby'"):
        find_tool.__wrapped__("ruby")
    with pytest.raises(RecipeError, match="'cobol' cannot be run"):
        find_tool("cobol")


def test_a_home_is_never_shown() -> None:
    assert tool_folders(Path.home() / "bin" / "ruby") == ()
    assert tool_folders(Path("/bin/ruby")) == ()
    assert tool_folders(Path("/opt/ruby/bin/ruby")) == ("/opt/ruby",)


def test_without_walls_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.walls, "__file__", shutil.which("false") or sys.executable)
    with pytest.raises(RecipeError, match="no namespaces of its own"):
        check_walls.__wrapped__()
