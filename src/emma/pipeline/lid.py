"""What `emma lid` does: train a language-identification model from clean sources, measure any, list its labels."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from emma.annotate.config import AnnotateConfig, LidConfig
from emma.annotate.identify import lines_from, trained
from emma.errors import RecipeError
from emma.lang.tables import Scheme
from emma.lid.config import LidTraining
from emma.lid.files import FACTS_FILE, MODEL_FILE, find_model_file
from emma.lid.measure import Accuracy, measure_model
from emma.lid.model import open_model
from emma.lid.training import are_held_out
from emma.pipeline.home import Home
from emma.pipeline.recipe import Recipe
from emma.pipeline.run import run_stages
from emma.store import shards
from emma.work.local import Executor
from emma.work.progress import Reporter
from emma.work.work import Work

ROWS = 15
"""Languages and confusions that are printed; the files have all."""


class Lid:
    """A recipe's collected corpus, to train and measure with."""

    def __init__(
        self,
        recipe: Recipe,
        sources: Sequence[str],
        *,
        home: Home,
        executor: Executor,
        reporter: Reporter,
    ) -> None:
        self.name, self.home = recipe.name, home
        self.collect = run_stages(recipe, "collect", home=home, executor=executor, reporter=reporter).artifact(
            "collect"
        )
        self.config = config(recipe, sources)
        stage = ("annotate", AnnotateConfig.version)  # its tasks: what is trained here, the stage finds done
        self.work = Work(home.store, *stage, "lid", home.store, executor, reporter, store_url=home.url)

    def train(self, out: Path | None) -> Path:
        """Train a model and copy it to `out`, by default the run's folder `lid`; prints how good it is."""
        model = trained(self.config, self.collect, self.work)
        folder = out or self.home.path / self.name / "lid"
        folder.mkdir(parents=True, exist_ok=True)
        files = (MODEL_FILE, FACTS_FILE, "lid_labels.parquet", "lid_languages.parquet", "lid_confusions.parquet")
        for name in files:
            shutil.copyfile(model.file(name), folder / name)
        languages, confusions = (shards.read(model.file(name)) for name in files[3:])
        show(json.loads(model.file(FACTS_FILE).read_text(encoding="utf-8"))["held_out"], languages, confusions)
        return folder

    def measure_model(self, name: str, scheme: Scheme, out: Path | None) -> None:
        """Measure a model on the clean sources; prints the result, and writes it to `out`, if given."""
        model = open_model(name, scheme)
        measured = measure_model(model, self._unseen(find_model_file(name)))
        show(measured.summary, measured.languages, measured.confusions)
        if out is not None:
            write(out, measured)

    def _unseen(self, model: Path) -> pa.Table:
        """The sources' lines; only those it was not trained on, if it was trained on any of these sources."""
        lines = lines_from(self.config, self.collect, self.work)
        facts = model.parent / FACTS_FILE
        known: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8")) if facts.exists() else {}
        if not set(known.get("trained_on", ())) & set(self.config.train):
            return lines
        return lines.filter(are_held_out(lines, known["training"]["held_out"]))


def config(recipe: Recipe, sources: Sequence[str]) -> LidConfig:
    """How to train: the recipe's own settings and these sources, or those it names. Raises RecipeError for none."""
    lid = recipe.annotate.lid
    clean = tuple(sources) or (lid.train if lid else ())
    if not clean:
        names = ", ".join(source.name for source in recipe.collect.sources)
        raise RecipeError(
            f"Which sources of {recipe.name} have labels to trust? Name them with --sources, or in the recipe: "
            f'[annotate.lid] train = ["…"]. Sources: {names}.'
        )
    return LidConfig(train=clean, training=lid.training if lid else LidTraining())


def show(summary: dict[str, Any], languages: pa.Table, confusions: pa.Table) -> None:
    """Print the means, the languages that are told worst, and the most frequent confusions."""
    console = Console(highlight=False)
    console.print(
        f"{summary['lines']:,} lines in {summary['languages_known']} languages that the model knows, of "
        f"{summary['languages']}: macro-F1 {summary['macro_f1']}, accuracy {summary['accuracy']}."
    )
    known = languages.filter(languages["known"]).sort_by([("f1", "ascending"), ("lang", "ascending")])
    worst = Table("language", "lines", "precision", "recall", "F1", title="Told worst", box=None, title_justify="left")
    for row in known.slice(0, ROWS).to_pylist():
        precision = "–" if row["precision"] is None else f"{row['precision']:.2f}"
        worst.add_row(row["lang"], str(row["lines"]), precision, f"{row['recall']:.2f}", f"{row['f1']:.2f}")
    taken = Table("language", "taken for", "lines", "share", title="Confusions", box=None, title_justify="left")
    told = confusions.filter(pc.is_in(confusions["lang"], known["lang"].combine_chunks()))
    for row in told.slice(0, ROWS).to_pylist():
        taken.add_row(row["lang"], row["said"] or "nothing", str(row["lines"]), f"{row['share']:.0%}")
    console.print(worst, taken, sep="\n")


def write(folder: Path, measured: Accuracy) -> None:
    """Write what was measured: `lid.json`, `lid_languages.parquet`, `lid_confusions.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FACTS_FILE).write_text(json.dumps(measured.summary, indent=1) + "\n", encoding="utf-8")
    shards.write(folder / "lid_languages.parquet", measured.languages)
    shards.write(folder / "lid_confusions.parquet", measured.confusions)


def show_labels(name: str, scheme: Scheme) -> None:
    """Print what each label of a model means, those without a language first."""
    model = open_model(name, scheme)
    for each in sorted(model.table, key=lambda row: (row.label is not None, row.model_label)):
        print(f"{each.model_label:<16} {each.label or '–':<10} {each.reason}")
    print(f"{len(model.table)} labels, {len(model.known)} languages of ours")
