"""The recipe that was carried, on the machine that trains it: its stages are EMMA's own, on what was made elsewhere."""

import argparse
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gpu.carried import CARRIED, open_archive
from benchmarks.gpu.place import ROOT
from emma.config.section import Section
from emma.pipeline.base import find_base, make_base
from emma.pipeline.home import Home
from emma.pipeline.recipe import INPUTS, Recipe
from emma.store.artifact import Artifact
from emma.work import graph
from emma.work.graph import Step
from emma.work.local import Local
from emma.work.progress import Reporter


@dataclass(frozen=True)
class Parcel:
    """What `prepare` packed, unpacked in a folder."""

    folder: Path
    recipe: Recipe

    @property
    def home(self) -> Home:
        """Its store has vocabulary and packed text."""
        return Home(self.folder / "home")

    @property
    def bench(self) -> Path:
        """The folder of the benchmarks."""
        return self.folder / "bench"

    @property
    def logs(self) -> Path:
        """The folder in which training logs its speed."""
        return self.folder / "logs"

    def artifact(self, stage: str) -> Artifact:
        """What a stage made before it was carried."""
        return self.home.run(self.recipe.name).artifact(stage)

    def base(self) -> Artifact:
        """The base's folder, made of its GGUF file where it is one."""
        base = find_base(self.recipe, self.home)
        assert isinstance(base, Artifact)
        make_base(self.recipe, base, self.home, print)
        return base

    def run(self, stage: str, section: Section, **inputs: Artifact) -> Artifact:
        """What a stage makes of artifacts, made now unless it is there."""
        step = Step(stage, section, INPUTS[stage], None)
        with self.home.locked(), Local(1) as executor:
            (outcome,) = graph.run_steps(
                [step], inputs, root=self.home.store, executor=executor, reporter=Reporter(), logs=self.logs
            )
        return outcome.artifact


def open_parcel(folder: Path) -> Parcel:
    """The parcel in a folder."""
    table = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    return Parcel(folder, Recipe.model_validate({**table, "base": str(folder / table["base"])}))


def add_parcel(parser: argparse.ArgumentParser) -> None:
    """Add where a step finds what was carried."""
    parser.add_argument("--carried", type=Path, help=f"the folders that prepare made (default: $CARRIED, or {CARRIED})")
    parser.add_argument("--work", type=Path, help="folder in which they are unpacked (default: a temporary one)")


def find_parcel(given: argparse.Namespace) -> Parcel:
    """The parcel that was carried; in a dry run a small one that is made now, unless one is named."""
    work = given.work or Path(tempfile.gettempdir()) / f"emma-gpu{'-dry' if given.dry else ''}"
    carried = given.carried or Path(os.environ.get("CARRIED", ROOT / CARRIED))
    if given.dry and given.carried is None:
        from benchmarks.gpu.miniature import prepare_miniature

        carried = prepare_miniature(Path(tempfile.mkdtemp()))
    return open_parcel(open_archive(carried, work / "parcel"))
