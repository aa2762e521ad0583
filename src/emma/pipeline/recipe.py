"""The recipe: one TOML table per stage, typed, every key checked, and the steps it stands for."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr, ValidationError, field_validator

from emma.adapt.config import AdaptConfig
from emma.annotate.config import AnnotateConfig
from emma.collect.config import CollectConfig
from emma.config.explain import explain_error
from emma.config.section import Section, Settings
from emma.curate.config import CurateConfig
from emma.errors import RecipeError
from emma.evaluate.config import EvaluateConfig
from emma.mix.config import MixConfig
from emma.pack.config import PackConfig
from emma.pipeline.shipped import list_shipped
from emma.release.config import ReleaseConfig
from emma.report.config import ReportConfig
from emma.train.config import TrainConfig
from emma.vocab.config import VocabConfig
from emma.wording import find_near, is_name

INPUTS: Mapping[str, tuple[str, ...]] = {
    "collect": (),
    "annotate": ("collect",),
    "curate": ("collect", "annotate"),
    "vocab": ("collect", "curate", "base"),
    "pack": ("collect", "curate", "vocab"),
    "mix": ("pack",),
    "adapt": ("vocab", "base", "pack"),
    "train": ("adapt", "pack", "mix", "start"),
    "evaluate": ("collect", "annotate", "curate", "train", "base"),
    "report": ("collect", "curate", "vocab", "mix", "train", "evaluate"),
    "release": ("collect", "curate", "vocab", "pack", "mix", "train", "evaluate", "report", "base"),
}
"""The stages in order, and what each reads."""
ELSEWHERE = frozenset({"base", "start"})
"""Inputs that no stage of the recipe makes, and that it need not have: `base`, and `start` for `train.from`."""


class Recipe(Settings):
    """Everything that a run is made of: a base model, the folder of the data, and a section for each stage."""

    name: str
    """The name of the run, and of its folder in the home. `store` is taken: the store's folder is called that."""
    base: str | None = None
    """The model to adapt: a Hugging Face folder, a `.gguf` file, `package:NAME/*.gguf` (a file that an installed Python
    package brings), `owner/name@revision` of the Hugging Face hub as it was fetched before, or what another recipe
    (`….toml`) trains. Without one, training starts from random weights and an empty vocabulary."""
    data: str = "."
    """The folder that paths of sources start from; a relative one starts where `emma` is run."""
    collect: CollectConfig = CollectConfig()
    annotate: AnnotateConfig = AnnotateConfig()
    curate: CurateConfig = CurateConfig()
    vocab: VocabConfig = VocabConfig()
    pack: PackConfig = PackConfig()
    mix: MixConfig = MixConfig()
    adapt: AdaptConfig = AdaptConfig()
    train: TrainConfig = TrainConfig()
    evaluate: EvaluateConfig = EvaluateConfig()
    report: ReportConfig = ReportConfig()
    release: ReleaseConfig = ReleaseConfig()

    _path: Path = PrivateAttr(Path("recipe.toml"))

    @classmethod
    def read(cls, path: Path | str, changes: Sequence[str] = ()) -> Self:
        """Read a recipe and apply changes such as `curate.max_drop=0.4`.

        Raises RecipeError with file, key and what was expected.
        """
        path = Path(path)
        try:
            # Editors of some systems put a byte order mark before the text.
            table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise RecipeError(f"There is no recipe at {path}. {suggest_recipe(path)}") from None
        except IsADirectoryError:
            raise RecipeError(f"{path} is a folder; a recipe is a file. {suggest_recipe(path)}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path} is not valid TOML: {error}.") from None
        if isinstance(changes, str | Mapping):
            raise RecipeError(f'changes: write a list such as ["curate.max_drop=0.4"], not {changes!r}.')
        for change in changes:
            apply_change(table, change)
        table.setdefault("name", path.stem)
        try:
            recipe = cls.model_validate(table)
        except ValidationError as error:
            raise RecipeError(f"{path}: {explain_error(error, table, cls)}") from None
        # Not a key of the recipe: where it lies must not change what it makes.
        recipe._path = path
        return recipe

    @property
    def path(self) -> Path:
        """The file it was read from; a base that is a recipe is looked for beside it."""
        return self._path

    @property
    def base_recipe(self) -> "Recipe | None":
        """The recipe that makes the base, where one does."""
        if self.base is None or not self.base.endswith(".toml"):
            return None
        return Recipe.read(self.path.parent / self.base)

    @field_validator("name")
    @classmethod
    def _name_of_a_folder(cls, name: str) -> str:
        if not is_name(name):
            raise ValueError("write letters, digits, '-', '_' and '.', such as my-run: a folder is called that")
        if name == "store":
            raise ValueError("the store's folder is called that; give the run another name")
        return name

    def section(self, stage: str) -> Section:
        """The section of one stage."""
        section: Section = getattr(self, stage)
        return section


def suggest_recipe(path: Path) -> str:
    """What else may be meant by a path at which there is no recipe."""
    if path.name and path.suffix != ".toml" and (named := path.with_name(f"{path.name}.toml")).is_file():
        return f"Did you mean {named}?"
    shipped = {each.name: each for each in list_shipped()}
    if (own := shipped.get(path.name) or shipped.get(f"{path.name}.toml")) is not None:
        return f"EMMA brings one of that name: {own}."
    beside = sorted(each.name for each in path.parent.glob("*.toml"))
    if near := find_near(path.name, beside, cutoff=0.75):
        return f"Did you mean {path.parent / near[0]}?"
    return f"EMMA's own are {', '.join(shipped)} (`emma run --help`); `emma new FOLDER` writes one for your own text."


def apply_change(table: dict[str, Any], change: str) -> None:
    """Set one value, given as `a.b=c`; `c` is read as TOML where it is TOML, else as text."""
    name, equals, value = change.partition("=")
    if not equals:
        raise RecipeError(f"--set {change}: write it as section.key=value.")
    *sections, last = name.strip().split(".")
    for section in sections:
        table = table.setdefault(section, {})
        if not isinstance(table, dict):
            raise RecipeError(f"--set {change}: '{section}' is a value, not a section.")
    try:
        # So 0.4 is a number and [1, 2] a list, while hin_Deva, which is no TOML, is text.
        table[last] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        table[last] = value.strip()
