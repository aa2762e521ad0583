"""`emma lang`: what a language code is, and what to use; `emma lang lint`: audit a list of languages, or a recipe."""

import argparse
from pathlib import Path
from typing import get_args

from emma.cli.options import Commands, add_command, add_json, add_set, print_answer
from emma.cli.values import parse_positive
from emma.lang.tables import Scheme

COMMANDS = ("explain", "lint")


def add_parser(commands: Commands) -> None:
    """Add the command and its `lint`."""
    purpose = "explain language codes; `emma lang lint FILE` audits a list of languages, or a recipe"
    # `emma lang CODE` is `emma lang explain CODE`: see `main.expand_group`.
    group = add_command(commands, "lang", purpose).add_subparsers(metavar="COMMAND", required=True)
    parser = group.add_parser(
        "explain",
        prog="emma lang",
        help="explain language codes",
        description="Explain what language codes are, and what to use. The exit code is 1 if one is refused. "
        "`emma lang lint FILE` audits a list of languages, or a recipe.",
    )
    parser.add_argument("codes", nargs="+", metavar="CODE", help="a code, label or English name")
    parser.add_argument("--scheme", default="any", choices=get_args(Scheme), help="how the codes are to be read")
    add_json(parser)
    parser.set_defaults(command=explain)

    parser = group.add_parser(
        "lint",
        help="audit a list of languages, or a recipe",
        description="Audit a list: plain lines, or CSV, TSV, JSON or Parquet with tokens too, of languages or of "
        "pairs. Of a recipe, show what every code of its sources and benchmarks stands for, the odd ones first. The "
        "exit code is 1 if anything is wrong, or refused.",
    )
    parser.add_argument("recipe", type=Path, metavar="FILE", help="a list of languages, or a recipe (TOML)")
    add_set(parser)
    parser.add_argument(
        "--small", type=parse_positive, metavar="TOKENS", help="report entries of a list with fewer tokens"
    )
    add_json(parser)
    parser.set_defaults(command=lint)


def explain(arguments: argparse.Namespace) -> int:
    """Print what codes stand for; 1 if one of them is refused."""
    from emma.lang.explain import explain_codes, render_explanations

    explanations = explain_codes(arguments.codes, arguments.scheme)
    print_answer(explanations, render_explanations, arguments.json)
    return int(any("refused" in explanation for explanation in explanations))


def lint(arguments: argparse.Namespace) -> int:
    """Print the audit of a list, or of a recipe's codes; 1 if anything is wrong or refused."""
    if arguments.recipe.suffix != ".toml":
        from emma.lang.explain import render_audit
        from emma.lang.lint import audit_list

        audit = audit_list(arguments.recipe, arguments.small)
        print_answer(audit, render_audit, arguments.json)
        return int(audit["wrong"] > 0)
    from emma.inspect.recipe_languages import lint_recipe, render_text

    answer = lint_recipe(arguments.recipe, arguments.changes)
    print_answer(answer, render_text, arguments.json)
    return int(answer.refused > 0)
