"""`emma new` from the question to the recipe."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emma.errors import ArtifactError, RecipeError
from emma.models.places import HUB_ID, find_model_place
from emma.pipeline.draft.draft import draft_sources
from emma.pipeline.draft.goal import Goal, choose_settings, count_seen, read_goal
from emma.pipeline.draft.places import find_place
from emma.pipeline.draft.sources import Draft, Identify
from emma.pipeline.draft.write import write_recipe
from emma.pipeline.recipe import Recipe
from emma.wording import is_name, spell_name


@dataclass(frozen=True)
class NewQuestion:
    """What a person gives `emma new`."""

    places: tuple[Path, ...]
    base: str = ""
    goal: str = ""
    lid: str = ""
    name: str = ""
    out: Path | None = None
    asked: str = ""
    """The data set of the hub that was fetched into the place, as it was asked for."""
    origin: str = ""
    """The address of that data set, at its commit."""

    @property
    def run_name(self) -> str:
        """The name of the run: that of the file to write where one is named, so that two recipes share no run."""
        if self.name:
            return self.name
        stem = self.out.stem if self.out else self.places[0].absolute().name.split(".")[0]
        name = spell_name(stem)
        return name if name and name != "store" else "mine"

    @property
    def path(self) -> Path:
        """The recipe's file."""
        return self.out or Path(f"{self.run_name}.toml")

    @property
    def command(self) -> str:
        """The command line that asks this."""
        places = [*map(str, self.places)]
        words = ["emma", "new", *([self.asked, "--download"] if self.asked else []), *places]
        for option in ("base", "goal", "lid", "name"):
            if value := getattr(self, option):
                words += [f"--{option}", value]
        return shlex.join(words)

    def refuse_early(self, *, overwrite: bool) -> None:
        """Raise RecipeError, before anything is looked at, for a recipe that cannot be written, or must not be since a
        person may have changed it, and for a base that is not here."""
        if self.path.is_dir() or not self.path.parent.is_dir():
            raise RecipeError(f"--out {self.path}: name a file, such as recipe.toml, in a folder that is there.")
        if self.path.exists() and not overwrite:
            raise RecipeError(
                f"{self.path} is there already. Name another file with --out, or write over it with --yes."
            )
        if self.name and not is_name(self.name):
            raise RecipeError(f"--name {self.name}: letters, digits and the signs - _ . make a name; it begins a path.")
        if self.base and not self.base.endswith(".toml") and not HUB_ID.fullmatch(self.base):
            find_model_place(self.base, (Path(), self.places[0]))


@dataclass
class NewAnswer:
    """What was found."""

    draft: Draft
    goal: Goal

    def as_plain(self, path: Path) -> dict[str, Any]:
        """Plain values, for --json."""
        return {
            "recipe": str(path),
            "sources": [
                {
                    "settings": source.config.model_dump(mode="json", exclude_defaults=True),
                    "is_benchmark": source.is_benchmark,
                    "is_ready": source.is_ready,
                    "files": len(source.group.files),
                    "languages": dict(source.sample.languages),
                    "doubts": [{"setting": doubt.setting, "text": doubt.text} for doubt in source.doubts],
                }
                for source in self.draft.sources
            ],
            "unread": [{"example": name, "files": count, "why": why} for name, count, why in self.draft.unread],
            "goal": {"found": self.goal.labels, "missing": self.goal.missing},
        }


def draft_recipe(question: NewQuestion) -> NewAnswer:
    """Look at the place. Raises SourceError where there is nothing, LanguageError for a goal that is no language."""
    wanted = read_goal(question.goal, count_seen([]))
    language = next(iter(wanted.missing.values())) if len(wanted.missing) == 1 else ""
    draft = draft_sources(find_place(question.places), open_identifier(question.lid), language)
    for source in draft.sources if question.origin else ():
        source.change("where the files were fetched", origin=question.origin)
    return NewAnswer(draft, read_goal(question.goal, count_seen(draft.ready)))


def open_identifier(model: str) -> Identify | None:
    """A function that labels texts by a language-identification model; None where none is named."""
    if not model:
        return None
    from emma.lid import open_model

    loaded = open_model(model)

    def identify(texts: Sequence[str]) -> list[str]:
        labels, _ = loaded.identify(texts, k=1)
        return [of_text[0] if of_text else "" for of_text in labels]

    return identify


def write_draft(question: NewQuestion, answer: NewAnswer) -> Path:
    """Write the recipe, and read it once as `emma run` will. Returns its path."""
    draft = answer.draft
    goal = read_goal(question.goal, count_seen(draft.ready))
    answer.goal = goal
    sections = choose_settings(draft, goal, question.base)
    text = write_recipe(
        draft, goal, sections, name=question.run_name, base=question.base, command=question.command, path=question.path
    )
    try:
        question.path.parent.mkdir(parents=True, exist_ok=True)
        question.path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArtifactError(
            f"{question.path} cannot be written: {error.strerror}. Name another file with --out."
        ) from None
    Recipe.read(question.path)
    return question.path
