"""`torchrun --nproc-per-node N -m emma.train RECIPE`: the train stage on several ranks, for `emma train`'s result.

Rank 0 holds the home's lock, reports, and commits; what the others need to know of the run it broadcasts to them.
Whoever starts the processes tells each its rank by torchrun's variables: RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR
and MASTER_PORT.
"""

import argparse
import os
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from emma.errors import EmmaError, RecipeError
from emma.store.artifact import Artifact
from emma.work import interrupt

if TYPE_CHECKING:
    from emma.pipeline.home import Home, Run
    from emma.pipeline.recipe import Recipe
    from emma.train.config import TrainConfig
    from emma.train.ranks import Launch


@dataclass(frozen=True)
class TrainingJob:
    """The message that rank 0 broadcasts to the others."""

    key: str
    """Store key of the training artifact."""
    inputs: Mapping[str, Artifact]
    root: Path
    """Folder of the store."""
    url: str | None
    """URL of the object store behind it."""


def join_run(arguments: argparse.Namespace, launch: "Launch", show: "Callable[[Run, str], None]") -> None:
    """Do this rank's part of the run; rank 0 then shows the result."""
    from emma.pipeline.recipe import Recipe
    from emma.train.ranks import process_group

    recipe = Recipe.read(arguments.recipe, arguments.changes)
    with process_group(recipe.train, launch):
        if launch.rank == 0:
            lead_run(recipe, arguments, show)
        else:
            follow_run(recipe.train)


def lead_run(recipe: "Recipe", arguments: argparse.Namespace, show: "Callable[[Run, str], None]") -> None:
    """Run the recipe on rank 0 as `emma train` does, once the other ranks know the job."""
    from torch import distributed

    from emma.pipeline.home import Home
    from emma.pipeline.run import run_stages
    from emma.work.local import Local
    from emma.work.progress import Reporter

    home, reporter = Home(arguments.home, arguments.store), Reporter(arguments.quiet)
    with home.locked(), Local(arguments.workers, reporter.say) as executor:
        # Found before the others are told: an error here must not leave them in a training that never begins.
        job = find_job(recipe, home, reporter.say)
        distributed.broadcast_object_list([job], src=0)
        run_stages(recipe, "train", home=home, executor=executor, reporter=reporter)
    show(home.run(recipe.name), "train")


def follow_run(section: "TrainConfig") -> None:
    """Train with rank 0 on any other rank, and write nothing but shards of checkpoints."""
    from torch import distributed

    from emma.train.run import train
    from emma.work.local import Local
    from emma.work.progress import Reporter
    from emma.work.work import Work

    message: list[TrainingJob | None] = [None]
    distributed.broadcast_object_list(message, src=0)
    if (job := message[0]) is None:
        return
    out = job.root / "train" / job.key
    train(
        section,
        **job.inputs,
        work=Work(job.root, "train", section.version, job.key, out, Local(1), Reporter(quiet=True), store_url=job.url),
    )


def find_job(recipe: "Recipe", home: "Home", say: Callable[[str], None] = lambda _: None) -> TrainingJob | None:
    """The training that is to be done; None when it is done already. The model that `train.from` names is made first.

    Raises RecipeError when an earlier stage is not done: it would keep all ranks waiting for rank 0.
    """
    from emma.pipeline.recipe import ELSEWHERE
    from emma.pipeline.run import list_steps
    from emma.pipeline.trainings import open_start
    from emma.work.graph import step_address

    start = open_start(recipe, home, say)
    done = finished_stages(recipe, home) | ({"start": start} if start is not None else {})
    (step,) = (step for step in list_steps(recipe, home, "train") if step.name == "train")
    if missing := [name for name in step.inputs if name not in done and name not in ELSEWHERE]:
        raise RecipeError(
            f"'{missing[0]}' of {recipe.name} is to be done before training, by one process: run 'emma adapt "
            f"{recipe.path}' with the same options first, and then this again."
        )
    if "train" in done:
        return None
    inputs = {name: done[name] for name in step.inputs if name in done}
    return TrainingJob(step_address(step, inputs)[0], inputs, home.store, home.url)


def finished_stages(recipe: "Recipe", home: "Home") -> dict[str, Artifact]:
    """The stages that are done; none of them where the base is a recipe of its own that is not trained yet."""
    from emma.pipeline.run import stage_states

    base = recipe.base_recipe
    if base is not None and "train" not in finished_stages(base, home):
        return {}
    return {name: artifact for name, artifact in stage_states(recipe, home) if artifact is not None}


def leave_run(error: BaseException, launch: "Launch") -> NoReturn:
    """End this process, and say why if no other rank has said so.

    At once: others may be waiting for this one, and what ends in order would wait with them.
    """
    code = interrupt.exit_code() if isinstance(error, KeyboardInterrupt) else 1
    if is_first_failure(launch):
        where = f"process {launch.rank} of {launch.world_size} on {socket.gethostname()}"
        if isinstance(error, KeyboardInterrupt):
            print("interrupted; nothing finished is lost: the same command goes on from here", file=sys.stderr)
        elif isinstance(error, EmmaError):
            print(f"error: {error} ({where})", file=sys.stderr)
        else:
            print(f"error in {where}:\n{''.join(traceback.format_exception(error))}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def is_first_failure(launch: "Launch") -> bool:
    """Whether no other rank has failed before."""
    try:
        return bool(launch.store.add("emma/failed", 1) == 1)
    except RuntimeError:  # the store is gone with the rank that had it, so that one has failed
        return False
