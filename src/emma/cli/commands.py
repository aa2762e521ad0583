"""What each command does: from its arguments to the function that does it, and the result on the terminal.

Whatever a command needs is imported when it is run, so that `emma --help` loads nothing.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from emma.errors import LanguageError

if TYPE_CHECKING:
    from emma.pipeline.home import Home
    from emma.work.local import Local
    from emma.work.on_ray import OnRay


def demo(arguments: argparse.Namespace) -> int:
    """Run the recipe that needs no download."""
    from emma.pipeline.recipe import find_shipped

    arguments.recipe, arguments.until = find_shipped("demo.toml"), "release"
    return run(arguments)


def run(arguments: argparse.Namespace) -> int:
    """Run a recipe, or a part of it."""
    from emma.inspect.status import show_run
    from emma.pipeline.recipe import Recipe
    from emma.pipeline.run import run_stages
    from emma.work import interrupt, lean
    from emma.work.progress import Reporter

    interrupt.listen()
    lean.claim()
    home, reporter = _home_of(arguments), Reporter(arguments.quiet)
    with home.locked(), _executor(arguments.on, arguments.workers, reporter.say) as executor:
        run = run_stages(
            Recipe.read(arguments.recipe, arguments.changes),
            arguments.until,
            home=home,
            executor=executor,
            reporter=reporter,
            strict=arguments.strict,
        )
    show_run(run, arguments.until)
    return 0


def _home_of(arguments: argparse.Namespace) -> "Home":
    from emma.pipeline.home import Home

    return Home(arguments.home, arguments.store)


def _executor(on: str, workers: int | None, say: Callable[[str], None]) -> "Local | OnRay":
    if on == "local":
        from emma.work.local import Local

        return Local(workers, say)
    from emma.work.on_ray import OnRay

    return OnRay(None if on == "ray" else on, workers, say)


def status(arguments: argparse.Namespace) -> int:
    """Say what is done and what is to do."""
    if arguments.verify:
        return verify(arguments)
    from emma.inspect.status import show_runs, show_states

    if arguments.recipe is None:
        show_runs(_home_of(arguments))
    else:
        from emma.pipeline.recipe import Recipe

        show_states(Recipe.read(arguments.recipe, arguments.changes), _home_of(arguments))
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Read the files of a run, or of all, again; 1 where any is not what was written."""
    from emma.inspect.verify import text, verify
    from emma.pipeline.recipe import Recipe
    from emma.work.progress import Reporter

    run = None if arguments.recipe is None else Recipe.read(arguments.recipe, arguments.changes).name
    found = verify(_home_of(arguments), run, Reporter())
    print(*text(found, arguments.recipe), sep="\n")
    return 1 if found.damaged else 0


def why(arguments: argparse.Namespace) -> int:
    """Say what was decided about one document."""
    from emma.inspect.compiled import choose_run
    from emma.inspect.why import why

    for name, value in why(choose_run(_home_of(arguments), arguments.run), arguments.document):
        print(f"{name:<22} {value}")
    return 0


def audit(arguments: argparse.Namespace) -> int:
    """Show or write the sheet of one language."""
    from emma.inspect.audit import page, sheet, text
    from emma.inspect.compiled import choose_run

    found = sheet.audit(choose_run(_home_of(arguments), arguments.run), arguments.lang, arguments.seed)
    if arguments.json:
        _print_json(found)
    elif arguments.html:
        arguments.html.write_text(page.page(found), encoding="utf-8")
        print(arguments.html)
    else:
        print(*text.text(found), sep="\n")
    return 0


def diff(arguments: argparse.Namespace) -> int:
    """Compare two compiled corpora."""
    from emma.inspect.diff import compare, text

    home = _home_of(arguments)
    found = compare.diff(compare.find_run(home, arguments.before), compare.find_run(home, arguments.after))
    if arguments.json:
        _print_json(found)
    else:
        print(*text.text(found), sep="\n")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Say whether a base can be adapted."""
    from emma.pipeline.preflight import check_command

    for each in check_command(arguments.base, lambda text: print(f"  {text}")):
        print(f"note: {each}")
    print("This base can be adapted" + (", as the recipe says." if arguments.base.endswith(".toml") else "."))
    return 0


def plan(arguments: argparse.Namespace) -> int:
    """Say what training takes."""
    from emma.inspect.plan import cost, machines, text
    from emma.pipeline.recipe import Recipe

    size = [f"train.micro_batch={arguments.micro_batch}"] if arguments.micro_batch else []
    wanted = cost.Wanted(
        machine=machines.find(arguments.gpu),
        ranks=arguments.gpus,
        shape=arguments.shape,
        price=arguments.price,
        watts=arguments.watts,
        tokens_per_s=arguments.tokens_per_second,
        measure=arguments.measure,
        home=arguments.home,
    )
    found = cost.make(Recipe.read(arguments.recipe, [*arguments.changes, *size]), wanted)
    if arguments.json:
        _print_json(found)
    else:
        print(*text.text(found), sep="\n")
    return 0


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, ensure_ascii=False, indent=1))


def mix_show(arguments: argparse.Namespace) -> int:
    """Show a mix, or the documents of one step."""
    from emma.inspect.mix import show, text

    home, recipe, changes = _home_of(arguments), arguments.recipe, arguments.changes
    if arguments.step is None:
        found = show.show(recipe, changes, home, arguments.inventory, arguments.stage)
    else:
        found = show.show_step(recipe, changes, home, arguments.step)
    if arguments.json:
        _print_json(found)
    else:
        print(*(text.text if arguments.step is None else text.step_text)(found), sep="\n")
    return 0


def vocab_report(arguments: argparse.Namespace) -> int:
    """Compare what tokenizers cost."""
    from emma.inspect.vocab.command import vocab_report

    return vocab_report(arguments, _home_of(arguments))


def lang(arguments: argparse.Namespace) -> int:
    """Explain codes, or lint a list of languages."""
    from emma.lang.show import show_codes, show_lint

    verb, *rest = arguments.code
    if verb != "lint":
        return show_codes(arguments.code, arguments.scheme, arguments.json)
    if len(rest) != 1:
        raise LanguageError("emma lang lint takes one file: a list of languages, or a recipe.")
    if rest[0].endswith(".toml"):
        from emma.pipeline import recipe_languages

        audit = recipe_languages.lint_recipe(Path(rest[0]), arguments.changes)
        if arguments.json:
            _print_json(audit)
        else:
            print("\n".join(recipe_languages.lines(audit)))
        return int(audit["refused"] > 0)
    return show_lint(Path(rest[0]), arguments.small, arguments.json)


def lid(arguments: argparse.Namespace) -> int:
    """Train or measure a language-identification model."""
    from emma.pipeline.lid import Lid
    from emma.pipeline.recipe import Recipe
    from emma.work.progress import Reporter

    home, reporter = _home_of(arguments), Reporter(arguments.quiet)
    sources = [name for name in arguments.sources.split(",") if name]
    with home.locked(), _executor(arguments.on, arguments.workers, reporter.say) as executor:
        recipe = Recipe.read(arguments.recipe, arguments.changes)
        lid = Lid(recipe, sources, home=home, executor=executor, reporter=reporter)
        if arguments.model is None:
            print(f"model    {lid.train(arguments.out)}")
        else:
            lid.measure(arguments.model, arguments.scheme, arguments.out)
    return 0


def lid_labels(arguments: argparse.Namespace) -> int:
    """Show what a model's labels mean."""
    from emma.pipeline.lid import show_labels

    show_labels(arguments.model, arguments.scheme)
    return 0
