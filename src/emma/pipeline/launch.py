"""`torchrun --nproc-per-node N -m emma.train RECIPE`: the train stage in several processes, for `emma train`'s result.

The first process holds the home's lock, reports, and commits; what the others need to know of the run it tells them.
Whoever starts the processes tells each its place by torchrun's variables: RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR
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
from typing import TYPE_CHECKING, Any, NoReturn

from emma.errors import EmmaError, RecipeError
from emma.store.artifact import Artifact
from emma.work import interrupt

if TYPE_CHECKING:
    from emma.pipeline.home import Home, Run
    from emma.pipeline.recipe import Recipe
    from emma.train.config import TrainConfig
    from emma.train.parallel import Started


@dataclass(frozen=True)
class Job:
    """What the first process tells the others."""

    key: str
    """Of the result."""
    inputs: Mapping[str, Artifact]
    root: Path
    """Of the store."""
    url: str | None
    """Of the object store behind it."""


def take_part(arguments: argparse.Namespace, started: "Started", show: "Callable[[Run, str], None]") -> None:
    """Do this process's part of the run; the first one then shows the result."""
    from emma.pipeline.recipe import Recipe
    from emma.train.parallel import processes

    recipe = Recipe.read(arguments.recipe, arguments.changes)
    with processes(recipe.train, started):
        if started[1] == 0:
            lead(recipe, arguments, show)
        else:
            follow(recipe.train)


def lead(recipe: "Recipe", arguments: argparse.Namespace, show: "Callable[[Run, str], None]") -> None:
    """The first process: run the recipe as `emma train` does, once the others know what it is about."""
    from torch import distributed

    from emma.pipeline.home import Home
    from emma.pipeline.run import run_stages
    from emma.work.local import Local
    from emma.work.progress import Reporter

    home, reporter = Home(arguments.home, arguments.store), Reporter(arguments.quiet)
    with home.locked(), Local(arguments.workers, reporter.say) as executor:
        job = find_job(recipe, home)
        distributed.broadcast_object_list([job], src=0)
        run_stages(recipe, "train", home=home, executor=executor, reporter=reporter)
    show(home.run(recipe.name), "train")


def follow(section: "TrainConfig") -> None:
    """Any other process: train with the first, and write nothing but shards of checkpoints."""
    from torch import distributed

    from emma.train.run import train
    from emma.work.local import Local
    from emma.work.progress import Reporter
    from emma.work.work import Work

    told: list[Job | None] = [None]
    distributed.broadcast_object_list(told, src=0)
    if (job := told[0]) is None:
        return
    out = job.root / "train" / job.key
    train(
        section,
        **job.inputs,
        work=Work(job.root, "train", section.version, job.key, out, Local(1), Reporter(quiet=True), store_url=job.url),
    )


def find_job(recipe: "Recipe", home: "Home") -> Job | None:
    """What there is to train; None when that is done.

    Raises RecipeError when an earlier stage is not done: it would keep all processes waiting for the first.
    """
    from emma.pipeline.run import list_steps
    from emma.work.graph import step_address

    done = finished(recipe, home)
    (step,) = (each for each in list_steps(recipe, home, "train") if each.name == "train")
    if missing := [name for name in step.inputs if name not in done]:
        raise RecipeError(
            f"'{missing[0]}' of {recipe.name} is to be done before training, by one process: run 'emma adapt "
            f"{recipe.path}' with the same options first, and then this again."
        )
    if "train" in done:
        return None
    inputs = {name: done[name] for name in step.inputs}
    return Job(step_address(step, inputs)[0], inputs, home.store, home.url)


def finished(recipe: "Recipe", home: "Home") -> dict[str, Artifact]:
    """The stages that are done; none where a base that is a recipe of its own is not."""
    from emma.pipeline.run import stage_states

    base = recipe.base_recipe
    if base is not None and "train" not in finished(base, home):
        return {}
    return {name: artifact for name, artifact in stage_states(recipe, home) if artifact is not None}


def leave(error: BaseException, started: "Started") -> NoReturn:
    """End this process, and say why if none of the others has said so.

    At once: others may be waiting for this one, and what ends in order would wait with them.
    """
    store, rank, size = started
    code = interrupt.exit_code() if isinstance(error, KeyboardInterrupt) else 1
    if is_first(store):
        where = f"process {rank} of {size} on {socket.gethostname()}"
        if isinstance(error, KeyboardInterrupt):
            print("interrupted; nothing finished is lost: the same command goes on from here", file=sys.stderr)
        elif isinstance(error, EmmaError):
            print(f"error: {error} ({where})", file=sys.stderr)
        else:
            print(f"error in {where}:\n{''.join(traceback.format_exception(error))}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def is_first(store: Any) -> bool:
    """Whether no other process has failed before; where the store is gone, the one that had it has."""
    try:
        return bool(store.add("emma/failed", 1) == 1)
    except RuntimeError:
        return False
