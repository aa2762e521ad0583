"""`emma evaluate RECIPE`: the stage, as any; `emma evaluate --model A --task T`: benchmarks on any models."""

import argparse
from pathlib import Path

from emma.cli.options import STAGES, Commands, add_json, add_strict, open_home, print_answer
from emma.cli.parser import UsageError
from emma.cli.stage import StageHelp
from emma.cli.values import parse_count, parse_folder, parse_positive

DESCRIPTION = """\
With a recipe, run it up to this stage. Without one, run benchmarks on the models that --model names. `emma tasks` lists
the benchmarks; what a model has answered before is not asked again."""


def add_parser(commands: Commands, name: str) -> None:
    """Add the command."""
    parser = commands.add_parser(name, help=STAGES[name], description=DESCRIPTION, add_help=False)
    parser.add_argument("-h", "--help", action=StageHelp, stage=name, help="show this help and the stage's settings")
    parser.add_argument("recipe", type=Path, metavar="RECIPE", nargs="?", help="a recipe (TOML)")
    add_benchmarks(parser)
    add_strict(parser)
    parser.set_defaults(command=run, until=name)


def add_benchmarks(parser: argparse.ArgumentParser) -> None:
    """Add what benchmarks without a recipe need."""
    group = parser.add_argument_group("benchmarks without a recipe")
    group.add_argument(
        "--model",
        action="append",
        default=[],
        dest="models",
        metavar="MODEL",
        help="a folder, owner/name@revision of the hub, or http://…#model; NAME=… names it; as often as wanted",
    )
    group.add_argument(
        "--task",
        action="append",
        default=[],
        dest="tasks",
        metavar="TASK",
        help="one of `emma tasks`; as often as wanted",
    )
    group.add_argument(
        "--data", type=parse_folder, default=Path(), metavar="DIR", help="the folder with a folder for each task"
    )
    group.add_argument(
        "--lang",
        default="all",
        metavar="LANGS",
        help='all, labels between commas, "corpus of RUN", or a tier such as "low of RUN" (default: all)',
    )
    group.add_argument("--limit", type=parse_positive, metavar="N", help="items of each task and language, at most")
    group.add_argument(
        "--shots", type=parse_count, metavar="N", help="examples in a prompt (default: as the task has it)"
    )
    group.add_argument("--mode", choices=("sound", "paper"), help="paper: the published protocol with its faults")
    group.add_argument("--samples", type=parse_positive, metavar="N", help="answers generated for each question")
    group.add_argument("--run-generated-code", action="store_true", default=None, help="run programs that models write")
    group.add_argument(
        "--lid",
        metavar="MODEL",
        help="a language-identification model (fastText), to say which language answers are in",
    )
    group.add_argument("--baseline", metavar="NAME", help="the model to compare with (default: the first)")
    group.add_argument(
        "--out",
        type=parse_folder,
        default=Path("emma-evaluate"),
        metavar="DIR",
        help="where tables go (default: emma-evaluate)",
    )
    add_json(group)


def run(arguments: argparse.Namespace) -> int:
    """Run the stage of a recipe, or benchmarks."""
    if arguments.recipe is not None and not arguments.models:
        from emma.cli.run import run

        return run(arguments)
    if arguments.recipe is not None:
        raise UsageError("A recipe names its models and tasks in [evaluate]: give a recipe or --model, and not both.")
    if not arguments.models or not arguments.tasks:
        raise UsageError("Name a recipe, or a --model and a --task; `emma tasks` lists the tasks.")
    return run_benchmarks(arguments)


def run_benchmarks(arguments: argparse.Namespace) -> int:
    """Run benchmarks on the models that are named, and print the scores."""
    from emma.inspect.scores import read_scores, render_scores
    from emma.pipeline.benchmarks import BenchmarkQuestion, evaluate_models
    from emma.work import interrupt
    from emma.work.progress import Reporter

    interrupt.listen()
    settings = ("limit", "shots", "mode", "samples", "run_generated_code", "lid")
    question = BenchmarkQuestion(
        models=arguments.models,
        tasks=arguments.tasks,
        data=arguments.data,
        languages=arguments.lang,
        baseline=arguments.baseline,
        out=arguments.out,
        settings={name: getattr(arguments, name) for name in settings} | read_changes(arguments.changes),
    )
    folder = evaluate_models(question, open_home(arguments), Reporter(arguments.quiet))
    if folder is not None:
        print_answer(read_scores(folder), render_scores, arguments.json)
    return 0


def read_changes(changes: list[str]) -> dict[str, object]:
    """The settings of --set evaluate.KEY=VALUE. Raises RecipeError for those of another section."""
    from emma.errors import RecipeError
    from emma.pipeline.recipe import apply_change

    table: dict[str, dict[str, object]] = {}
    for change in changes:
        apply_change(table, change)
    if others := sorted(set(table) - {"evaluate"}):
        raise RecipeError(f"--set {others[0]}: without a recipe there is only the section evaluate.")
    return table.get("evaluate", {})
