"""What `emma vocab report` does with its arguments."""

import argparse
import json

from emma.inspect.vocab.report import LINES, Asked, as_json, report
from emma.inspect.vocab.savings import PIECES
from emma.pipeline.home import Home


def vocab_report(arguments: argparse.Namespace, home: Home) -> int:
    """Measure, and print or write it; the exit code."""
    found = report(_asked(arguments), home)
    if arguments.json:
        print(json.dumps(as_json(found), ensure_ascii=False, indent=1))
    elif arguments.html:
        from emma.inspect.vocab.page import page

        arguments.html.write_text(page(found), encoding="utf-8")
        print(arguments.html)
    else:
        from emma.inspect.vocab.text import text

        print(*text(found, arguments.everything), sep="\n")
    return 0


def _asked(arguments: argparse.Namespace) -> Asked:
    return Asked(
        tokenizers=arguments.tokenizers,
        text=arguments.text,
        run=_run(arguments),
        pieces=() if arguments.pieces is None else arguments.pieces or PIECES,
        scheme=arguments.scheme,
        lines=arguments.lines or LINES,
        aligned=not arguments.unaligned,
    )


def _run(arguments: argparse.Namespace) -> str | None:
    if arguments.recipe is None:
        name: str | None = arguments.run
        return name
    from emma.pipeline.recipe import Recipe

    return Recipe.read(arguments.recipe).name
