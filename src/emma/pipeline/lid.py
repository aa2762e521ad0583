"""The work of `emma lid`: train a language-identification model from clean sources, measure any, list its labels."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from emma.annotate.config import AnnotateConfig, LidConfig
from emma.annotate.identify import sample_training_lines, train_from_sources
from emma.errors import RecipeError
from emma.lang.tables import Scheme
from emma.lid.config import LidTraining
from emma.lid.files import FACTS_FILE, MODEL_FILE, find_model_file
from emma.lid.measure import Accuracy, measure_model
from emma.lid.model import open_model
from emma.lid.training import are_held_out
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.removals import withdraw_lessons
from emma.pipeline.run import run_stages
from emma.store import shards
from emma.store.files import read_json, write_json
from emma.ui.terminal import format_table
from emma.work.local import Executor
from emma.work.progress import Reporter
from emma.work.work import Work

MAX_ROWS = 15
"""Languages and confusions that are printed; the files have all."""


class CleanCorpus:
    """A recipe's collected corpus, to train and measure language identification with."""

    def __init__(
        self, recipe: Recipe, sources: Sequence[str], *, home: Home, executor: Executor, reporter: Reporter
    ) -> None:
        self.name, self.home = recipe.name, home
        self.config = withdraw_lessons(choose_config(recipe, sources), recipe, home)
        collected = run_stages(recipe, "collect", home=home, executor=executor, reporter=reporter)
        self.collect = collected.artifact("collect")
        # Tasks have the addresses of the annotate stage's own, so what is trained here that stage finds done.
        stage = ("annotate", AnnotateConfig.version)
        self.work = Work(home.store, *stage, "lid", home.store, executor, reporter, store_url=home.url)

    def train(self, out: Path | None) -> tuple[Path, Accuracy]:
        """Train a model and copy it to `out`, by default the run's folder `lid`; says how good it is."""
        model = train_from_sources(self.config, self.collect, self.work)
        folder = out or self.home.path / self.name / "lid"
        folder.mkdir(parents=True, exist_ok=True)
        files = (MODEL_FILE, FACTS_FILE, "lid_labels.parquet", "lid_languages.parquet", "lid_confusions.parquet")
        for name in files:
            shutil.copyfile(model.file(name), folder / name)
        languages, confusions = (shards.read(model.file(name)) for name in files[3:])
        return folder, Accuracy(languages, confusions)

    def measure(self, name: str, scheme: Scheme, out: Path | None) -> Accuracy:
        """Measure a model on the clean sources, and write the result to `out`, if given."""
        model = open_model(name, scheme)
        accuracy = measure_model(model, self._select_unseen(find_model_file(name)))
        if out is not None:
            write_accuracy(out, accuracy)
        return accuracy

    def _select_unseen(self, model: Path) -> pa.Table:
        """The sources' lines; only those it was not trained on, if it was trained on any of these sources."""
        lines = sample_training_lines(self.config, self.collect, self.work)
        path = model.parent / FACTS_FILE
        facts: dict[str, Any] = read_json(path) if path.exists() else {}
        # A model from elsewhere has seen none of these lines, as far as anybody knows.
        if not set(facts.get("trained_on", ())) & set(self.config.train):
            return lines
        return lines.filter(are_held_out(lines, facts["training"]["held_out"]))


def choose_config(recipe: Recipe, sources: Sequence[str]) -> LidConfig:
    """Choose the recipe's own training settings, and these sources or those it names. Raises RecipeError for none."""
    lid = recipe.annotate.lid
    clean = tuple(sources) or (lid.train if lid else ())
    if not clean:
        names = ", ".join(source.name for source in recipe.collect.sources)
        raise RecipeError(
            f"Which sources of {recipe.name} have labels to trust? Name them with --sources, or in the recipe: "
            f'[annotate.lid] train = ["…"]. Sources: {names or "none yet"}.'
        )
    return LidConfig(train=clean, training=lid.training if lid else LidTraining())


def render_text(accuracy: Accuracy) -> Iterator[str]:
    """Lines for people: the means, the languages with the lowest F1, and the most frequent confusions."""
    means = accuracy.means
    yield (
        f"{means['lines']:,} lines in {means['languages_known']} languages that the model knows, of "
        f"{means['languages']}: macro-F1 {means['macro_f1']}, accuracy {means['accuracy']}."
    )
    known = accuracy.languages.filter(accuracy.languages["known"])
    yield from ("", "Lowest F1", *_lowest(known))
    yield from ("", "Confusions", *_most_confused(known, accuracy.confusions))


def _lowest(known: pa.Table) -> Iterator[str]:
    worst = known.sort_by([("f1", "ascending"), ("lang", "ascending")]).slice(0, MAX_ROWS).to_pylist()
    numbers = [[row[name] for name in ("precision", "recall", "f1")] for row in worst]
    cells = [["–" if value is None else f"{value:.2f}" for value in values] for values in numbers]
    rows = [(row["lang"], str(row["lines"]), *shown) for row, shown in zip(worst, cells, strict=True)]
    return format_table([("language", "lines", "precision", "recall", "F1"), *rows], right=(1, 2, 3))


def _most_confused(known: pa.Table, confusions: pa.Table) -> Iterator[str]:
    of_known = confusions.filter(pc.is_in(confusions["lang"], known["lang"].combine_chunks()))
    rows = [
        (row["lang"], row["said"] or "nothing", str(row["lines"]), f"{row['share']:.0%}")
        for row in of_known.slice(0, MAX_ROWS).to_pylist()
    ]
    return format_table([("language", "taken for", "lines", "share"), *rows], right=(2,))


def write_accuracy(folder: Path, accuracy: Accuracy) -> None:
    """Write what was measured: `lid.json`, `lid_languages.parquet`, `lid_confusions.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / FACTS_FILE, accuracy.means)
    shards.write(folder / "lid_languages.parquet", accuracy.languages)
    shards.write(folder / "lid_confusions.parquet", accuracy.confusions)


def render_labels(name: str, scheme: Scheme) -> Iterator[str]:
    """Lines that say what each label of a model means, those without a language first."""
    model = open_model(name, scheme)
    for row in sorted(model.table, key=lambda row: (row.label is not None, row.model_label)):
        yield f"{row.model_label:<16} {row.label or '–':<10} {row.reason}"
    yield f"{len(model.table)} labels, {len(model.known)} languages of ours"
