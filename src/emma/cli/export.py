"""`emma export`: the compiled text of a run as a data set, for those who want a corpus and no model."""

import argparse

from emma.cli.options import Commands, add_command, add_home, add_json, open_home, print_answer
from emma.cli.values import parse_folder, parse_positive

FORMATS = ("parquet", "jsonl.zst", "txt")


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "export",
        "write the compiled text of a run as a data set, by language",
        "Write the text that a run kept as a data set that `datasets.load_dataset(DIR, LABEL)` opens: each document "
        "with its id, label, source, licence and redistribution class. The run need not have come further than curate. "
        "The same command goes on where it was stopped.",
    )
    parser.add_argument(
        "run", nargs="?", metavar="RUN", help="a run's name, or the path of its folder (default: the only run there is)"
    )
    parser.add_argument("--to", type=parse_folder, required=True, metavar="DIR", help="the folder to write")
    add_choices(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="parquet",
        help="parquet; jsonl.zst: JSON Lines; txt: texts alone (default: parquet)",
    )
    parser.add_argument(
        "--annotations",
        action="append",
        default=[],
        metavar="NAME",
        help="add a column of annotate or curate, such as letter_share or cluster; may be given more than once",
    )
    parser.add_argument(
        "--mask",
        action="append",
        default=[],
        metavar="KIND",
        help="put a placeholder in the place of personal data of this kind: email, ip, phone or card; may be given "
        "more than once",
    )
    parser.add_argument("--force", action="store_true", help="write into a folder that is not empty")
    parser.add_argument(
        "--workers", type=parse_positive, metavar="N", help="number of processes (default: one per core)"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    add_home(parser)
    add_json(parser)
    parser.set_defaults(command=run)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add what chooses documents."""
    choices = (
        ("--split", "SPLIT", "this split only: train, validation or test"),
        ("--lang", "LANG", "this language only, by label, code or name; of pairs, their first side"),
        ("--source", "NAME", "this source only"),
    )
    for option, name, what in choices:
        parser.add_argument(
            option, action="append", default=[], metavar=name, help=f"{what}; may be given more than once"
        )


def run(arguments: argparse.Namespace) -> int:
    """Export, and say what was written and what was not."""
    from emma.inspect.export import export_named, render_text
    from emma.pipeline.export.choose import Request

    request = Request(
        langs=arguments.lang or None,
        splits=arguments.split or None,
        sources=arguments.source or None,
        kind=arguments.format,
        annotations=arguments.annotations,
        mask=arguments.mask,
    )
    how = {"force": arguments.force, "workers": arguments.workers, "quiet": arguments.quiet}
    exported = export_named(open_home(arguments), arguments.run, arguments.to, request, **how)
    print_answer(exported, render_text, arguments.json)
    return 0
