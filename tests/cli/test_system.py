"""What a terminal lacks is spelt out, and what the system refuses comes with what to do about it."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emma.cli import system


def test_threads_that_wait_sleep_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    system.let_waiting_threads_sleep()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    system.let_waiting_threads_sleep()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"


def test_letters_that_a_terminal_lacks_are_printed_as_escapes() -> None:
    code = "import sys; from emma.cli.main import main; sys.exit(main(['lang', 'Volapük']))"
    settings = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=settings, check=False)
    assert r"Volap\xfck -> vo" in done.stdout and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("51.4\u202fMB → 3 – …", "51.4 MB -> 3 - ..."),
        ("ⵜⴰⵎⴰⵣⵉⵖⵜ", "\\u2d5c\\u2d30\\u2d4e\\u2d30\\u2d63\\u2d49\\u2d56\\u2d5c"),
        ("𖬒", "\\U00016b12"),
    ],
)
def test_signs_have_others_and_letters_escapes(text: str, spelt: str) -> None:
    system.show_what_a_terminal_cannot()
    assert text.encode("ascii", "emma.spell_out").decode() == spelt


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "a file, or what is printed: No space left on device. Free"),
        (
            OSError(errno.EACCES, "Permission denied", "h/removed.toml.81.tmp"),
            "h/removed.toml: Permission denied. You may",
        ),
        (OSError(errno.EIO, "Input/output error", "a"), "a: Input/output error."),
        (OSError("odd"), "a file, or what is printed: odd."),
    ],
)
def test_what_the_system_refuses(error: OSError, said: str) -> None:
    assert system.explain_system_error(error).startswith(said)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_what_is_printed_is_one_line(unbuffered: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "emma", "lang", "sw"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "Free some space" in done.stderr
