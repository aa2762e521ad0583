"""`python -m emma.train RECIPE`: the same as `emma train RECIPE`; torchrun starts it as one of several ranks."""

import os
import sys
from collections.abc import Sequence

from emma.cli import main as cli
from emma.cli.system import let_waiting_threads_sleep
from emma.config.extras import need
from emma.inspect.results import read_results, render_results
from emma.pipeline.home import Run
from emma.pipeline.launch import join_run, leave_run
from emma.work import interrupt


def main(argv: Sequence[str]) -> int:
    """Run `emma train` with these arguments, as one process or as one of several; returns the exit code."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return cli.main(["train", *argv])
    let_waiting_threads_sleep()
    arguments = cli.build_parser().parse_args(["train", *argv])
    need("torch", "train")
    from torch.distributed.rendezvous import rendezvous

    from emma.train.ranks import Launch

    interrupt.listen()
    launch = Launch(*next(rendezvous("env://")))
    try:
        join_run(arguments, launch, print_results)
    except BaseException as error:
        leave_run(error, launch)
    return 0


def print_results(run: Run, until: str) -> None:
    """Print what the run has come to."""
    print(*render_results(read_results(run, until)), sep="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
