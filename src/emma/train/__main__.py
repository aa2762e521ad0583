"""`python -m emma.train RECIPE` is `emma train RECIPE`; torchrun starts it as one of several processes."""

import os
import sys
from collections.abc import Sequence

from emma.cli import main as cli
from emma.config.extras import need
from emma.inspect.status import read_results, render_results
from emma.pipeline.home import Run
from emma.pipeline.launch import leave, take_part
from emma.work import interrupt


def main(argv: Sequence[str]) -> int:
    """Run `emma train` with these arguments, as one process or as one of several; returns the exit code."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return cli.main(["train", *argv])
    cli.let_waiting_threads_sleep()
    arguments = cli.build_parser().parse_args(["train", *argv])
    need("torch", "train")
    from torch.distributed.rendezvous import rendezvous

    interrupt.listen()
    started = next(rendezvous("env://"))
    try:
        take_part(arguments, started, print_results)
    except BaseException as error:
        leave(error, started)
    return 0


def print_results(run: Run, until: str) -> None:
    """Print what the run has come to."""
    print(*render_results(read_results(run, until)), sep="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
