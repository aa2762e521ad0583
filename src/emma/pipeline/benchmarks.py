"""Benchmarks on any models, without a recipe; answers go into the home's store, where every later run finds them."""

import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from emma.config.explain import explain_error
from emma.config.extras import need
from emma.errors import RecipeError
from emma.evaluate.backends.open import name_models
from emma.evaluate.config import EvaluateConfig
from emma.lang.tiers import TIER_NAMES
from emma.pipeline.contents import read_table
from emma.pipeline.corpus import Corpus
from emma.pipeline.home import Home, Run
from emma.pipeline.recipe import Recipe
from emma.report.export import export_results
from emma.work.progress import Reporter

OF_RUN = re.compile(r"(\S+) of (\S+)")
"""`corpus of RUN`, `low of RUN`."""


@dataclass(frozen=True)
class BenchmarkQuestion:
    """What `emma evaluate` is asked without a recipe."""

    models: Sequence[str]
    """Folders, hub ids, servers; `NAME=` before one gives it a name."""
    tasks: Sequence[str]
    data: Path
    """Folder with a folder for each task."""
    languages: str = "all"
    """`all`, `corpus of RUN`, a tier, or labels between commas."""
    baseline: str | None = None
    """None: the first model."""
    out: Path = Path("emma-evaluate")
    settings: dict[str, Any] = field(default_factory=dict)
    """Other keys of [evaluate]: `limit`, `shots`, `mode` and so on; None leaves one as it is."""


def evaluate_models(question: BenchmarkQuestion, home: Home, reporter: Reporter) -> Path | None:
    """Run benchmarks on models, write `tasks/*.parquet` and `results/` into the folder `out`, and return it.

    Of the processes that torchrun starts, all but the first return None. Raises RecipeError for a model, task or
    setting that there is not, SourceError for a task whose data is not here.
    """
    for module in ("sacrebleu", "scipy"):
        need(module, "evaluate")
    from emma.evaluate.benchmarks import FOLDER, open_models, read_tasks, run_benchmarks
    from emma.evaluate.engine.ranks import join_ranks

    ranks = join_ranks()
    languages, run = find_corpus(question.languages, home)
    section, names = make_section(question, languages), name_models(question.models)
    # The first of several ranks holds the store for all of them.
    with nullcontext() if ranks.rank else home.locked():
        ranks.wait()
        models = open_models(names, section, home.fingerprints())
        corpus = None if run is None else Corpus.of(run)
        tiers = None if corpus is None else read_tiers(corpus)
        said = Reporter(quiet=True) if ranks.rank else reporter
        run_benchmarks(
            section,
            read_tasks(section, tiers, said.say),
            models,
            tiers,
            root=home.store,
            out=question.out,
            reporter=said,
            ranks=ranks,
            mark_clean=None if corpus is None else partial(_mark_clean, corpus),
        )
    if ranks.rank:
        return None
    export_results(question.out / FOLDER, question.out / "results")
    return question.out


def find_corpus(languages: str, home: Home) -> tuple[str, Run | None]:
    """The languages, and the run whose corpus they are of: the only one there is, where a tier stands without one."""
    if match := OF_RUN.fullmatch(languages.strip()):
        return match[1], home.choose_run(match[2])
    needs_run = languages in ("corpus", *TIER_NAMES)
    return languages, home.choose_run(how=f'--lang "{languages} of RUN"') if needs_run else None


def read_tiers(corpus: Corpus) -> dict[str, str]:
    """The tier of each language that the corpus keeps text of."""
    tiers = read_table(corpus.curate, "tiers").select(["lang", "tier"]).to_pydict()
    return dict(zip(tiers["lang"], tiers["tier"], strict=True))


def make_section(question: BenchmarkQuestion, languages: str) -> EvaluateConfig:
    """The recipe's section that says the same. Raises RecipeError for a value that cannot be."""
    listed = languages.split(",") if "," in languages else languages
    names = list(name_models(question.models))
    table = {
        "tasks": list(question.tasks),
        "benchmarks": str(question.data.absolute()),
        "languages": listed,
        "baseline": question.baseline or names[0],
        **{key: value for key, value in question.settings.items() if value is not None},
    }
    if table["baseline"] not in names:
        raise RecipeError(f"The baseline '{question.baseline}' is none of the models {', '.join(names)}.")
    try:
        return EvaluateConfig.model_validate(table)
    except ValidationError as error:
        raise RecipeError(explain_error(error, {"evaluate": table}, Recipe, "evaluate")) from None


def _mark_clean(corpus: Corpus, items: Any) -> Sequence[bool | None]:
    from emma.evaluate.contamination import mark_clean

    return mark_clean(items, corpus.collect, corpus.annotate, corpus.curate)
