"""What a terminal lacks and what the system refuses, for people; and what is asked of the system before any work."""

import codecs
import errno
import io
import os
import re
import sys

PLAIN = {"\u202f": " ", "\u2009": " ", "→": "->", "–": "-", "─": "-", "…": "...", "’": "'"}
"""What tables and messages are set with, for terminals that have only ASCII."""
REMEDIES = {
    errno.ENOSPC: "Free some space there, and give the same command again: it goes on from here.",
    errno.EDQUOT: "Your quota is used up: free some of it, and give the same command again: it goes on from here.",
    errno.EACCES: "You may not read or write there: take another folder or --home, or ask whoever it belongs to.",
    errno.EROFS: "Nothing can be written there: take another folder or --home.",
    errno.EMFILE: "Raise how many files may be open (ulimit -n), and give the same command again.",
}
"""What to do about what the system refuses, where a command has nothing more precise to say."""


def explain_system_error(error: OSError) -> str:
    """What the system says, of what, and what can be done about it."""
    # A file is written under a name of its own first, which nobody has asked for.
    place = re.sub(r"\.\d+\.tmp$", "", str(error.filename)) if error.filename else "a file, or what is printed"
    return " ".join(filter(None, (f"{place}: {error.strerror or error}.", REMEDIES.get(error.errno or 0))))


def let_waiting_threads_sleep() -> None:
    """Let OpenMP's threads sleep where they wait for each other, unless the environment says otherwise.

    By default they spin, and where another process wants the cores, they take them from the thread that is waited for:
    a training step on two cores beside one busy process took fourteen times as long. Before torch is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def show_what_a_terminal_cannot() -> None:
    """Let letters that the terminal's encoding lacks be spelt out and not end the command."""
    codecs.register_error("emma.spell_out", spell_out)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="emma.spell_out")


def give_way() -> None:
    """Print no more: `emma … | head` has what it wanted, and Python would complain once more closing the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def end_output() -> None:
    """Drop what could not be printed, which has been told; Python would try again when it ends, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        give_way()


def spell_out(error: UnicodeError) -> tuple[str, int]:
    """Letters that an encoding lacks as signs that it has, else as escapes (a handler of `codecs`)."""
    assert isinstance(error, UnicodeEncodeError)
    letters = error.object[error.start : error.end]
    return "".join(PLAIN.get(each) or ascii(each)[1:-1] for each in letters), error.end
