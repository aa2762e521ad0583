"""The command line. Thin: it reads arguments, and imports only what the command asked for needs."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from emma.cli.arguments import STAGES, VERBS, parser
from emma.errors import EmmaError

__all__ = ["STAGES", "joined", "main", "parser"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code (see the epilog of `--help`)."""
    be_a_good_neighbour()
    arguments = parser().parse_args(joined(sys.argv[1:] if argv is None else argv))
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except EmmaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        from emma.work import interrupt

        print("interrupted; nothing finished is lost: the same command goes on from here", file=sys.stderr)
        return interrupt.exit_code()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        return 1


def be_a_good_neighbour() -> None:
    """Let OpenMP's threads sleep where they wait for each other, unless the environment says otherwise.

    By default they spin, and where another process wants the cores, they take them from the thread that is waited for:
    a training step on two cores beside one busy process took fourteen times as long. Before torch is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def joined(argv: Sequence[str]) -> list[str]:
    """The arguments with a command of two words as one."""
    verb = " ".join(argv[:2])
    return [verb, *argv[2:]] if verb in VERBS else list(argv)


if __name__ == "__main__":
    sys.exit(main())
